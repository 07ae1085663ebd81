//! A git repository for a test, made by libgit2: git itself need not be installed.

use git2::{Commit, IndexAddOption, Oid, Repository, RepositoryInitOptions, Signature, Time};

use crate::program::Place;

/// The repository of a place; made with the branch `main` if there is none.
pub fn repository(place: &Place) -> Repository {
    Repository::open(place.path()).unwrap_or_else(|_| {
        let mut options = RepositoryInitOptions::new();
        Repository::init_opts(place.path(), options.initial_head("main")).unwrap()
    })
}

/// Commits all files as they are now; the commit's id.
pub fn commit(place: &Place) -> String {
    let repository = repository(place);
    let mut index = repository.index().unwrap();
    index.add_all(["*"], IndexAddOption::DEFAULT, None).unwrap();
    index.update_all(["*"], None).unwrap();
    index.write().unwrap();
    let tree = index.write_tree().unwrap();
    commit_tree(&repository, tree)
}

/// Commits the tree of the last commit with one more entry at its top: what no folder on disk can hold.
pub fn commit_entry(place: &Place, name: &str, oid: Oid, mode: i32) -> String {
    let repository = repository(place);
    let tree = repository.head().unwrap().peel_to_tree().unwrap();
    let mut builder = repository.treebuilder(Some(&tree)).unwrap();
    builder.insert(name, oid, mode).unwrap();
    let tree = builder.write().unwrap();
    commit_tree(&repository, tree)
}

fn commit_tree(repository: &Repository, tree: Oid) -> String {
    let tree = repository.find_tree(tree).unwrap();
    let author = Signature::new("demo", "demo@example.com", &Time::new(0, 0)).unwrap();
    let head: Option<Commit<'_>> = repository.head().ok().map(|head| head.peel_to_commit().unwrap());
    let parents: Vec<&Commit<'_>> = head.iter().collect();
    repository.commit(Some("HEAD"), &author, &author, "demo", &tree, &parents).unwrap().to_string()
}

package cluster

import (
	"crypto/rand"
	"fmt"
	"strings"

	"fleetwright.dev/lab/internal/certs"
)

// Admin is the user that may do everything; no other has a right before a test gives it one.
const Admin = "admin"

// user is someone whom the API server knows by a certificate and by a token.
type user struct {
	name  string
	pair  certs.Pair
	token string
}

func newUsers(authority *certs.Authority, names []string) ([]user, error) {
	var users []user
	for _, name := range append([]string{Admin}, names...) {
		var groups []string
		if name == Admin {
			groups = []string{"system:masters"}
		}
		pair, err := authority.Client(name, groups...)
		if err != nil {
			return nil, err
		}
		users = append(users, user{name: name, pair: pair, token: rand.Text()})
	}
	return users, nil
}

// tokens is the file for --token-auth-file.
func tokens(users []user) []byte {
	var lines strings.Builder
	for _, user := range users {
		groups := ""
		if user.name == Admin {
			groups = ",system:masters"
		}
		fmt.Fprintf(&lines, "%s,%s,%s%s\n", user.token, user.name, user.name, groups)
	}
	return []byte(lines.String())
}

# What the messages say is tested where Terraform's output is read: tests/it/terraform.

run "limits_that_do_not_reach" {
  command = plan

  variables {
    weights = { prod-a = 0, prod-b = 25, prod-c = 25, prod-d = 25 }
    retired = ["prod-d"]
    limit   = 40
  }

  expect_failures = [output.shares]
}

run "nobody_left" {
  command = plan

  variables {
    weights = { prod-a = 0, prod-b = 25 }
    retired = ["prod-b"]
  }

  expect_failures = [output.shares]
}

run "no_weights" {
  command = plan

  variables {
    weights = {}
  }

  expect_failures = [output.shares]
}

run "a_total_too_small" {
  command = plan

  variables {
    weights = { a = 1, b = 1, c = 1 }
    total   = 2
  }

  expect_failures = [output.shares]
}

run "a_limit_for_nobody" {
  command = plan

  variables {
    weights = { prod-a = 1, prod-b = 1 }
    limits  = { prod_a = 60 }
  }

  expect_failures = [output.shares]
}

run "a_part_of_a_weight" {
  command = plan

  variables {
    weights = { a = 12.5 }
  }

  expect_failures = [var.weights]
}

run "a_negative_weight" {
  command = plan

  variables {
    weights = { a = -1, b = 2 }
  }

  expect_failures = [var.weights]
}

run "a_limit_of_0" {
  command = plan

  variables {
    weights = { a = 1 }
    limits  = { a = 0 }
  }

  expect_failures = [var.limits]
}

run "a_limit_of_0_for_all" {
  command = plan

  variables {
    weights = { a = 1 }
    limit   = 0
  }

  expect_failures = [var.limit]
}

run "a_total_in_parts" {
  command = plan

  variables {
    weights = { a = 1 }
    total   = 99.5
  }

  expect_failures = [var.total]
}

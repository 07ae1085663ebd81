# `plan` is enough: nothing here is known only after an apply.

run "equal" {
  command = plan

  variables {
    weights = { prod-a = 25, prod-b = 25, prod-c = 25, prod-d = 25 }
  }

  assert {
    condition     = output.shares == tomap({ prod-a = 25, prod-b = 25, prod-c = 25, prod-d = 25 })
    error_message = jsonencode(output.shares)
  }
}

run "a_weight_of_0_drains" {
  command = plan

  variables {
    weights = { prod-a = 0, prod-b = 25, prod-c = 25, prod-d = 25 }
  }

  # Of equal rests the first by name gets the unit.
  assert {
    condition     = output.shares == tomap({ prod-a = 0, prod-b = 34, prod-c = 33, prod-d = 33 })
    error_message = jsonencode(output.shares)
  }
}

run "a_retired_cluster_gets_nothing" {
  command = plan

  variables {
    weights = { prod-a = 25, prod-b = 25, prod-c = 25, prod-d = 25 }
    retired = ["prod-b", "dev-3"]
    total   = 255
  }

  assert {
    condition     = output.shares == tomap({ prod-a = 85, prod-b = 0, prod-c = 85, prod-d = 85 })
    error_message = jsonencode(output.shares)
  }
}

run "rests_by_size" {
  command = plan

  variables {
    weights = { a = 5, b = 3, c = 1 } # 55.6, 33.3, 11.1
  }

  assert {
    condition     = output.shares == tomap({ a = 56, b = 33, c = 11 })
    error_message = jsonencode(output.shares)
  }
}

run "what_one_may_not_take_goes_to_the_others_by_weight" {
  command = plan

  variables {
    weights = { a = 60, b = 20, c = 10, d = 10 }
    limit   = 40
  }

  assert {
    condition     = output.shares == tomap({ a = 40, b = 30, c = 15, d = 15 })
    error_message = jsonencode(output.shares)
  }
}

run "one_limit_reached_lets_another_be_reached" {
  command = plan

  variables {
    weights = { a = 70, b = 20, c = 10 }
    limit   = 40
  }

  # b would have 40 of the 60 that a leaves, and c 20: just its limit.
  assert {
    condition     = output.shares == tomap({ a = 40, b = 40, c = 20 })
    error_message = jsonencode(output.shares)
  }
}

run "a_limit_of_its_own" {
  command = plan

  variables {
    weights = { a = 1, b = 1, c = 1 }
    limit   = 40
    limits  = { b = 25 }
  }

  assert {
    condition     = output.shares == tomap({ a = 38, b = 25, c = 37 })
    error_message = jsonencode(output.shares)
  }
}

run "limits_that_just_reach" {
  command = plan

  variables {
    weights = { a = 1, b = 1000 }
    limit   = 50
  }

  assert {
    condition     = output.shares == tomap({ a = 50, b = 50 })
    error_message = jsonencode(output.shares)
  }
}

run "none_that_takes_traffic_is_rounded_to_0" {
  command = plan

  variables {
    weights = { a = 100000, b = 50000, c = 1 }
  }

  assert {
    condition     = output.shares == tomap({ a = 66, b = 33, c = 1 })
    error_message = jsonencode(output.shares)
  }
}

run "one_alone" {
  command = plan

  variables {
    weights = { a = 3, b = 0 }
    total   = 1
  }

  assert {
    condition     = output.shares == tomap({ a = 1, b = 0 })
    error_message = jsonencode(output.shares)
  }
}

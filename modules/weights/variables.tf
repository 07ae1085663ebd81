variable "weights" {
  description = "The weight of each cluster, as a whole number; 0 takes no traffic."
  type        = map(number)
  nullable    = false

  validation {
    condition     = alltrue([for weight in values(var.weights) : try(weight >= 0 && floor(weight) == weight, false)])
    error_message = "A weight is a whole number from 0 on. These are not: ${join(", ", [for name, weight in var.weights : "${name} (${jsonencode(weight)})" if !try(weight >= 0 && floor(weight) == weight, false)])}."
  }
}

variable "total" {
  description = "What the shares add up to: 100 for percent, 255 where a single weight may be no more, as in Route 53."
  type        = number
  default     = 100
  nullable    = false

  validation {
    condition     = var.total >= 1 && floor(var.total) == var.total
    error_message = "`total` is a whole number from 1 on."
  }
}

variable "retired" {
  description = "Clusters that take no traffic, whatever their weight."
  type        = set(string)
  default     = []
  nullable    = false
}

variable "limit" {
  description = "The most that any one cluster may take, in the unit of `total`; null for no limit."
  type        = number
  default     = null

  validation {
    condition     = var.limit == null || try(var.limit >= 1 && floor(var.limit) == var.limit, false)
    error_message = "`limit` is a whole number from 1 on. A cluster that is to take nothing has the weight 0."
  }
}

variable "limits" {
  description = "The most that single clusters may take, by name, in the unit of `total`, in place of `limit`."
  type        = map(number)
  default     = {}
  nullable    = false

  validation {
    condition     = alltrue([for limit in values(var.limits) : try(limit >= 1 && floor(limit) == limit, false)])
    error_message = "A limit is a whole number from 1 on. A cluster that is to take nothing has the weight 0."
  }
}

# Faults of one place of the input; the pointer beside them names the place.
# `.short` and `.plain` are used where values are missing that the full sentence needs.

fault-required = a value is required
fault-too_long =
    { $max ->
        [one] must have at most { $max } character
       *[other] must have at most { $max } characters
    }
    .plain = is too long
fault-too_many = no more than { $max } are possible
    .plain = these are too many
fault-too_short =
    { $min ->
        [one] must have at least { $min } character
       *[other] must have at least { $min } characters
    }
    .plain = is too short
fault-control_characters = must not hold control characters
fault-not_an_address = is not a mail address that mail can be sent to
fault-not_a_url = is no address that can be called: `https://`, without user, password and fragment
fault-private_target = `{ $value }` is no public address and not allowed by the settings (`webhooks.allow`)
    .plain = is no public address and not allowed by the settings (`webhooks.allow`)
fault-out_of_range = must be from { $min } to { $max }
    .plain = is outside the allowed range
fault-unknown_word = `{ $value }` is not among the known words: { $known_words }
    .short = `{ $value }` is not a known word
    .plain = is not a known word
fault-unknown_field = `{ $value }` is not known here
    .plain = is not known here
fault-wrong_type = has the wrong type or form: { $value }
    .plain = has the wrong type or form
fault-unknown_reference = there is no `{ $value }`
    .plain = names something that is not there
fault-withdrawn = the requirement `{ $value }` has been withdrawn
    .plain = this requirement has been withdrawn
fault-duplicate = `{ $value }` stands twice
    .plain = stands twice
fault-not_period_end =
    { $precision ->
        [month] must be the last day of the month
        [quarter] must be the last day of the quarter
        [half] must be the last day of the half-year
        [year] must be the last day of the year
        [season] must be the last day of the season
       *[other] must be the last day of the period
    }
    .plain = must be the last day of the period
fault-inconsistent = does not fit the other values
fault-unreadable = the file cannot be read: { $value }
    .plain = the file cannot be read
fault-schema = breaks the schema: { $value }
    .plain = breaks the schema
fault-ceiling_exceeded =
    { $over ->
        [one] { $over } cent over the ceiling of { $ceiling } cents
       *[other] { $over } cents over the ceiling of { $ceiling } cents
    }
    .plain = the ceiling is exceeded
fault-not_assignable = `{ $value }` cannot be given this task
    .plain = this person cannot be given the task
fault-fixed = cannot be changed in the present status
fault-cycle = the measures would need each other: { $value }
    .plain = the measures would need each other
fault-not_carried = `{ $value }` is in none of the parts
    .plain = is in none of the parts
fault-not_addressed = the elementary threat `{ $value }` is not addressed
    .plain = an elementary threat is not addressed
fault-outdated = `{ $value }` has been changed since; read it again
    .plain = the measure has been changed since; read it again
fault-not_adopted = the resolution was not adopted: it is open, or it was rejected
fault-over_allocated = together these are { $value } basis points; the whole line has 10000
    .plain = together this is more than the whole line

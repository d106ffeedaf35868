# Faults in a table (CSV, XLSX); what stands beside them names the cell.
# `.short` and `.plain` are used where values are missing that the full sentence needs.

sheet-unreadable = the file cannot be read: { $value }
    .plain = the file cannot be read
sheet-no_rows = the file has no rows
sheet-utf16 = the file is UTF-16; save it as “CSV UTF-8”
sheet-not_utf8 = the cell holds bytes that are not UTF-8; save the file as “CSV UTF-8”
sheet-unclosed_quote = the quote that starts here is never closed
sheet-text_after_quote = something stands between the closing quote and the next separator
sheet-too_many_rows = at most { $max } rows are allowed
    .plain = the file has too many rows
sheet-too_many_columns = at most { $max } columns are allowed
    .plain = the row has too many columns
sheet-cell_too_large = at most { $max } bytes per cell are allowed
    .plain = the cell is too large
sheet-unknown_heading = the column “{ $value }” is not known; known: { $known }
    .short = the column “{ $value }” is not known
    .plain = the column is not known
sheet-duplicate_heading = the column “{ $value }” is column { $first } already
    .short = the column “{ $value }” stands twice
    .plain = the column stands twice
sheet-missing_heading = at least one of these columns is needed: { $known }
    .plain = a column is missing
sheet-no_heading = the cell holds something, but its column has no heading
sheet-required = a value is required
sheet-too_long =
    { $max ->
        [one] must have at most { $max } character
       *[other] must have at most { $max } characters
    }
    .plain = is too long
sheet-control_characters = must not hold control characters
sheet-not_a_day = “{ $value }” is not a date; expected for example 31.12.2026 or 2026-12-31
    .plain = is not a date
sheet-not_a_period = “{ $value }” is neither a date nor a period; expected for example 31.12.2026, 12/2026, Q2 2026 or 2026
    .plain = is neither a date nor a period
sheet-no_such_day = “{ $value }” is not in the calendar
    .plain = is not in the calendar
sheet-not_a_number = “{ $value }” is not a number
    .plain = is not a number
sheet-too_many_decimals =
    { $max ->
        [0] “{ $value }” is not a whole number
        [one] “{ $value }” has more than { $max } decimal
       *[other] “{ $value }” has more than { $max } decimals
    }
    .plain = has too many decimals
sheet-too_large = “{ $value }” is too large
    .plain = is too large
sheet-out_of_range = must be from { $min } to { $max }
    .plain = is outside the allowed range
sheet-not_yes_or_no = “{ $value }” is neither yes nor no
    .plain = is neither yes nor no
sheet-unknown_word = “{ $value }” is not among the known words: { $known }
    .short = “{ $value }” is not a known word
    .plain = is not a known word
sheet-not_of_record = “{ $value }” stands in a column that rows of the kind “{ $record }” do not have
    .plain = stands in a column that rows of this kind do not have
sheet-unknown_row = no row of this file is called “{ $value }”
    .plain = no row of this file is called so
sheet-missing_record = there is no row of the kind “{ $record }”
    .plain = a row is missing
sheet-second_record = there may be only one row of the kind “{ $record }”
    .plain = there may be only one such row
sheet-too_many_entries = at most { $max } entries are allowed
    .plain = has too many entries
sheet-other_precision = the due date says “{ $given }”, this cell “{ $precision }”
    .plain = the precision does not fit the due date
sheet-not_period_end =
    { $precision ->
        [month] must be the last day of the month
        [quarter] must be the last day of the quarter
        [half] must be the last day of the half-year
        [year] must be the last day of the year
        [season] must be the last day of the season
       *[other] must be the last day of the period
    }
    .plain = must be the last day of the period
sheet-precision_without_due = a precision is given, but no due date
sheet-text_without_due = the words of the source are given, but no date
sheet-duplicate_row = this measure stands in row { $first } already
    .plain = this measure stands further up already
sheet-stale_version = changed meanwhile: the file is of version { $value }, the measure of version { $current }
    .plain = changed meanwhile: the file is of an older version
sheet-steps_only = the status changes by single steps only, not by a table
sheet-not_proposed = a new measure is “proposed”; all further steps are taken one by one
sheet-read_only = this follows from the measure's steps and cannot be changed here
sheet-not_permitted = your roles do not permit what this row changes

# Postings of the finance system
sheet-zero = nothing is not booked
sheet-unknown_line = no budget line is called “{ $value }”
    .plain = no budget line is called that
sheet-ambiguous_line = several budget lines are called “{ $value }”: { $known }; name the programme
    .plain = several budget lines are called that; name the programme
sheet-unknown_account = neither a matching rule nor a budget line knows the account “{ $value }”
    .plain = neither a matching rule nor a budget line knows this account
sheet-ambiguous_account = several budget lines carry the account “{ $value }”: { $known }; a matching rule decides
    .plain = several budget lines carry this account; a matching rule decides
sheet-duplicate_posting = this posting stands in row { $first } already
    .plain = this posting stands further up already
sheet-posting_differs = this posting was reported before, with “{ $was }”; a correction has a posting id of its own
    .plain = this posting was reported before with other content; a correction has a posting id of its own
sheet-refused = this row cannot be booked; `detail` says why

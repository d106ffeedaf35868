# Why a measure stands where it stands in the order: `order-<rule>`; it is compared with its neighbour.

order-only = only this measure can stand in this place
order-dependency = needs { $waits_for } and therefore comes after it
    .plain = needs a measure of the layer before
order-manual = placed by hand ({ $value }): { $place_reason }
    .plain = placed by the rules; { $neighbour } was placed by hand ({ $neighbour_value })
order-level = strongest unmet level: { $value }; of { $neighbour }: { $neighbour_value }
order-module_order = order of the module: { $value }; of { $neighbour }: { $neighbour_value }
order-protection_need = highest protection need of the target objects: { $value }; of { $neighbour }: { $neighbour_value }
order-target_objects = number of target objects: { $value }; of { $neighbour }: { $neighbour_value }
order-gap_density = unmet requirements of the module: { $value }; of { $neighbour }: { $neighbour_value }
order-cost_once = cost that arises once, in cents: { $value }; of { $neighbour }: { $neighbour_value }
order-due = due date: { $value }; of { $neighbour }: { $neighbour_value }
order-reference = equal in all else; the numbers decide: { $value } and { $neighbour }

order-unknown = not known
order-place-first = at the beginning, { $number }
order-place-last = at the end, { $number }

order-due_too_early = measure { $measure } is due on { $due }, but { $requires }, which it needs, not until { $required_due }

protection-need-normal = normal
protection-need-high = high
protection-need-very_high = very high

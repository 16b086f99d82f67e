timeline-repair-order = Repair
timeline-delivery = Delivery
timeline-opted-out = Wants no calls
timeline-opted-in = Calls are welcome again

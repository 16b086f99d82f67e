timeline-repair-order = Repair
timeline-delivery = Delivery
timeline-opted-out = Wants no calls
timeline-opted-in = Calls are welcome again
timeline-merged = Merged with another file
timeline-merge-parted = Made two files again

timeline-repair-order = 维修
timeline-delivery = 交车
timeline-opted-out = 客户拒访
timeline-opted-in = 客户同意恢复回访
timeline-merged = 与另一份档案合并
timeline-merge-parted = 拆回两份档案

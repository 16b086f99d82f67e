# 回访：提交、收回、拨号、规则
error-client-id = 这份记录的编号不对，请重新打开通话页
error-call-length = 通话时长不对
error-outcome-unknown = 没有这种通话结果，请重新选择
error-agreed-time-missing = 请填写和客户约好的时间
error-agreed-time-past = 约定的时间已经过去，请重新填写
error-agreed-time-far = 约定的时间太远，请改到 90 天以内
error-who-when-missing = 请记下本人什么时候方便，或者该打哪个号码
error-confirm-missing = 请先确认：客户不再接受任何回访
error-answer-of-another-task = 有一项回答不属于这次回访，请刷新后再提交
error-text-too-long = 内容太长，请控制在 4000 字以内
error-remark-empty = 请写下客户的原话
error-not-an-agent = 这位同事不在本店接打回访，请另选一位
error-out-of-range = 超出范围
error-label-missing = 中文名称不能为空
error-rule-key = 编号只能用字母、数字和下划线，最多 24 个字
error-rule-key-twice = 编号重复
error-rule-window-turned = 开始的天数不能晚于截止的天数
error-rule-expires-early = 失效的天数不能早于截止的天数
error-rule-too-long = 天数太长，请控制在 366 天以内
error-rule-date-of-other-event = 这个日期不属于所选的事件
error-rule-asks-nobody = 请选定问谁
error-rule-vehicles = 细问的台数要在 1–50 之间
error-rule-script-missing = 请选定话术
error-rule-attempts = 尝试次数要在 1–20 之间
error-rule-spacing = 间隔不能超过 72 小时
error-rule-call-windows = 拨打时段要按先后排列，不能重叠，至少一段
error-rule-permille = 目标不能超过 100%
error-rule-unknown = 没有这条规则
error-rule-limit = 数值不在允许的范围内
error-outcome-keyboard-twice = 按键重复
error-outcome-result = 结束任务的结果要写明怎样结束，其余的不写
error-outcome-next = 结束任务的结果没有下一次，其余的要写明何时再打
error-outcome-reached = 不算尝试的，不能算接通
error-outcome-number-mark = 换下一个号码的结果，要写明怎样标记这个号码
error-outcome-minutes = 分钟数要在 1 到 14 天之间
error-outcome-needs-time = 约定时间的结果，要求填写时间或口信
error-outcome-complete-missing = 要有且只有一种启用的“完成”结果
refused-revoke-too-late = 已超过可以收回的时间
refused-revoke-worked-since = 这位客户之后又有新的记录，不能再收回；如需更正，请再记一次
refused-dial-lease = 请先打开这位客户的通话页，再拨号
refused-dial-limit = 这一小时拨号的次数已到上限，请稍后再拨；有特殊情况请告诉主管
refused-dial-no-number = 没有可以拨打的号码，请到“待补号码”里补上
conflict-attempt-of-another = 这份记录已由别人提交
conflict-attempt-revoked = 这次通话已经收回
conflict-contact-done = 这位客户的回访已经结束
conflict-contact-taken = 同事正在跟这位客户通话
conflict-contact-changed = 这位客户的回访刚刚有变动，请刷新后再试
conflict-task-changed = 这项回访刚刚有变动，请刷新后再试
timeline-call = 回访通话：{ $outcome ->
    [complete] 完成
    [partial] 部分完成
    [not_convenient] 不便接听，改约
    [no_answer] 无人接听
    [busy] 占线
    [switched_off] 关机
    [out_of_service] 空号或停机
    [wrong_number] 号码有误
    [not_the_person] 不是本人
    [refused] 拒访
    [opted_out] 不再接受回访
    [line_broken] 通话中断
    [misdialled] 拨错
   *[other] 已记录
}
timeline-call-revoked = 收回了一次通话结果

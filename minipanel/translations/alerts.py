"""The Chinese of `minipanel alerts`."""

CHINESE = {
    # list
    "No alerts are open.": "当前没有告警。",
    "No alerts are open for these nodes.": "这些节点当前没有告警。",
    "{rule}, since {time} ({span})": "{rule}，自 {time} 起（已 {span}）",
    "{count} times": "第 {count} 次",
    "suspended while the node is down": "节点离线期间挂起",
    "acknowledged by {who}": "{who} 已确认",
    "silenced until {time}": "静默至 {time}",
    "id {id}": "编号 {id}",
    "{nodes} ({count} nodes, all of {racks})": "{nodes}（{count} 个节点，即 {racks} 全部）",
    "{nodes} ({count} nodes)": "{nodes}（{count} 个节点）",
    "{channel}: {count} not sent yet: {error}": "{channel} 有 {count} 条消息尚未发出：{error}",
    "The following is from its database.": "以下内容取自面板的数据库。",
    # history
    "There were no alerts.": "没有告警记录。",
    "These are the newest {count}: --to, --rule or --nodes show others.": (
        "仅显示最新的 {count} 条；其余可用 --to、--rule 或 --nodes 查看。"
    ),
    "for {span}": "历时 {span}",
    "open": "未恢复",
    "suspended": "挂起",
    "{severity}, {rule}": "{severity}，{rule}",
    # ack, test, silences
    "No alert {id} is open; minipanel alerts list shows those that are.": (
        "没有编号为 {id} 的未恢复告警；minipanel alerts list 列出全部。"
    ),
    "Alert {id} is not about {nodes}.": "告警 {id} 与 {nodes} 无关。",
    "{who} acknowledged this; only its end will be sent:": "{who} 已确认，恢复前不再就此发送消息：",
    "Alert {id} has just ended: nothing is left to acknowledge.": "编号为 {id} 的告警刚刚结束，无需再确认。",
    "{count} of these {all} alerts had just ended.": "以上 {all} 条告警中，有 {count} 条刚刚结束。",
    "Alerts go nowhere: set mail in [alerts] of {path}, and reload the panel.": (
        "未设置告警接收人：请在 {path} 的 [alerts] 中设置 mail，并重新加载面板。"
    ),
    "There is no channel {name}; known channels: {known}.": "没有通知渠道 {name}；现有 {known}。",
    "{channel}: accepted. {said}": "{channel}：已发出。{said}",
    "{channel}: failed. {why}": "{channel}：发送失败。{why}",
    "To end it: minipanel alerts unsilence {id}": "结束静默：minipanel alerts unsilence {id}",
    "Nothing is silenced.": "当前没有静默。",
    "Silence {id} has ended. Alerts that are still open and were not sent are sent now.": (
        "静默 {id} 已结束；仍未恢复且尚未通知的告警将会发送。"
    ),
    "until {time}, only {rules}, by {who}: {why}": "至 {time}，仅 {rules}，由 {who} 设置：{why}",
    "until {time}, by {who}: {why}": "至 {time}，由 {who} 设置：{why}",
    # explain
    "{node}: {said}": "{node}：{said}",
    "newest sample {span} ago": "最新样本在 {span}前",
    "clock {seconds} s": "时钟偏差 {seconds} 秒",
    "Silenced {sentence}": "静默：{sentence}",
    "open since {since}: {what}": "自 {since} 起告警：{what}",
    "open since {since}, suspended while the node is down: {what}": "自 {since} 起告警，节点离线期间挂起：{what}",
    "not open yet, for {counted} of {needed}: {what}": "尚未告警，已持续 {counted}，满 {needed} 时告警：{what}",
    "not open, because another rule covers it: {what}": "未告警，已由另一条规则报告：{what}",
    "neither bad nor good enough to end an alert": "未达到告警阈值，也未回到恢复阈值",
    "unknown: too few values": "未知：没有可判断的数值",
    "switched off": "已关闭",
    "good": "正常",
    # invalid options
    "{option} is {text}; it must be a time such as 30m, 4h or 2d, at most 400d.": (
        "{option} 的值 {text} 无效；须为时长，例如 30m、4h 或 2d，最长 400d。"
    ),
    (
        '{option} is {text}; it must be a time such as 2026-11-25, "2026-11-25 20:45", or 4h for four hours ago.'
    ): '{option} 的值 {text} 无效；须为时间，例如 2026-11-25、"2026-11-25 20:45"，或 4h（4 小时前）。',
    "{option} is {text}; it must be one of {names}.": "{option} 的值 {text} 无效；可选 {names}。",
    "ID is {text}; it must be a number such as 812.": "编号 {text} 无效；须为数字，例如 812。",
    "--from is {start}, which is later than --to.": "--from 的值 {start} 晚于 --to。",
}
"""English -> Chinese."""

"""The Chinese of `minipanel top`."""

CHINESE = {
    ": ": "：",
    # metrics
    # states
    # sorted by
    "worst": "异常优先",
    "name": "名称",
    "seen": "最近上报",
    # heads of columns
    "SEEN": "最近上报",
    "CLOCK": "时钟",
    # the first lines
    "  and {count} more": "  另有 {count} 项",
    "{shown} of {count} nodes": "{shown} / {count} 个节点",
    "{count} nodes": "{count} 个节点",
    "mean {value}": "平均 {value}",
    "highest {value} ({name})": "最高 {value}（{name}）",
    "max {value}": "最高 {value}",
    "max {value} ({name})": "最高 {value}（{name}）",
    "no connection for {age}, values of {time}": "连接已断开 {age}，数值停留在 {time}",
    "filter: {text}": "筛选：{text}",
    "only {state}": "仅{state}",
    "by {sort}": "排序：{sort}",
    "by {sort}, reversed": "排序：{sort}（倒序）",
    "No node matches {text}.": "没有与 {text} 匹配的节点。",
    "No node is {state}.": "没有{state}的节点。",
    "No nodes yet: minipanel nodes add NAME ADDRESS adds one.": (
        "还没有节点。请用 minipanel nodes add 主机名 地址 添加。"
    ),
    "The terminal is too small: {columns} x {lines} are needed.": "终端太小：至少需要 {columns} x {lines}。",
    # the legend and the last line
    "(highest of {count} nodes)": "（每格取 {count} 个节点的最高值）",
    "no value": "无数值",
    "help": "帮助",
    "find": "查找",
    "sort": "排序",
    "metric": "指标",
    "states": "状态",
    "view": "视图",
    "one node": "节点详情",
    "quit": "退出",
    "back": "返回",
    "Nodes: {text}": "节点：{text}",
    "Enter keeps it, Esc clears it": "回车确认，Esc 清除",
    # one node
    "last hour, {count} of {possible} samples": "近 1 小时，样本 {count} / {possible}",
    "mean {mean}, highest {highest}": "平均 {mean}，最高 {highest}",
    "no samples in the last hour": "近 1 小时没有样本",
    "no sensor": "无传感器",
    "newest {value}": "当前 {value}",
    "reading ...": "读取中……",
    "an hour ago": "1 小时前",
    "now": "现在",
    "clock {skew}": "时钟偏差 {skew}",
    # help
    "arrows, j, k": "方向键、j、k",
    "move in the list": "在列表中移动",
    "move by pages, to the first and the last": "翻页，或移到第一个、最后一个",
    "one node's last hour; again, or Esc: back": "节点近 1 小时；再按一次或 Esc 返回",
    "find: part of a name or a node set, node[01-64] !node03": "查找：名称的一部分或节点集，如 node[01-64] !node03",
    "the metric of the map and of the sort order": "切换热力图和排序所用的指标",
    "the sort order; r reverses it": "切换排序方式；r 倒序",
    "only nodes of one state; again: the next, then all": "只看一种状态；再按切换，最后恢复全部",
    "map and list, map alone, list alone": "热力图和列表、仅热力图、仅列表",
    "quit; Esc and Ctrl-C too": "退出；Esc 和 Ctrl-C 亦可",
    "Any key closes this.": "按任意键关闭。",
    "down: no sample for {seconds} s    never: no sample yet    disabled: enabled = false": (
        "离线：{seconds} 秒没有样本    未上报：尚无样本    已停用：enabled = false"
    ),
}

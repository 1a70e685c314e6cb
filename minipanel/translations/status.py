"""The Chinese of `minipanel status`."""

CHINESE = {
    # lines
    "munged": "munged",
    "up at {address}, version {version}": "运行中：{address}，版本 {version}",
    "up at {address}, version {version}, process {pid}": "运行中：{address}，版本 {version}，进程 {pid}",
    "{path}, {size} MB": "{path}，{size} MB",
    "{path}, {size} MB; grows to about {expected} MB with 1 node": (
        "{path}，{size} MB；1 个节点，预计增至约 {expected} MB"
    ),
    "{path}, {size} MB; grows to about {expected} MB with {nodes} nodes": (
        "{path}，{size} MB；{nodes} 个节点，预计增至约 {expected} MB"
    ),
    "answers": "正常响应",
    "none yet in {folder}": "{folder} 中暂无备份",
    "{trouble} The last: {copy}, {moment}": "{trouble}最近一份：{copy}，{moment}",
    "{copy}, {moment}": "{copy}，{moment}",
    "{count} {severity}": "{count} 项{severity}",
    "{counts}: minipanel alerts list": "{counts}：minipanel alerts list",
    "none configured": "未配置节点",
    "{count} {state}": "{count} 个{state}",
    "{count} {state} ({names})": "{count} 个{state}（{names}）",
    # the table of nodes
    "NEWEST SAMPLE": "最新样本",
    "none yet": "暂无",
    "{moment} ({age} ago)": "{moment}（{age}前）",
    "{moment} ({age} ahead)": "{moment}（超前 {age}）",
}
"""English -> Chinese."""

"""`minipanel status` in Chinese: its lines, and whatever may be wrong there."""

from minipanel.translations.archive import LINE

CHINESE = {
    **LINE,
    # lines
    "panel": "面板",
    "database": "数据库",
    "munged": "munged",
    "backup": "备份",
    "nodes": "节点",
    ", ": "，",
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
    'not used: auth is "token"': '未使用：auth 为 "token"',
    "none yet in {folder}": "{folder} 中暂无备份",
    "{trouble} The last: {copy}, {moment}": "{trouble}最近一份：{copy}，{moment}",
    "{copy}, {moment}": "{copy}，{moment}",
    "alerts": "告警",
    "{count} {severity}": "{count} 项{severity}",
    "critical": "严重",
    "warning": "警告",
    "info": "提示",
    "{counts}: minipanel alerts list": "{counts}：minipanel alerts list",
    "{count} messages not sent yet: {error}": "{count} 条消息尚未发出：{error}",
    "go nowhere: set [alerts] mail": "没有接收人：请设置 [alerts] mail",
    "none configured": "未配置节点",
    "{count} {state}": "{count} 个{state}",
    "{count} {state} ({names})": "{count} 个{state}（{names}）",
    # the table of nodes
    "NAME": "名称",
    "STATE": "状态",
    "NEWEST SAMPLE": "最新样本",
    "up": "在线",
    "down": "离线",
    "never": "未上报",
    "disabled": "已停用",
    "none yet": "暂无",
    "{moment} ({age} s ago)": "{moment}（{age} 秒前）",
    "{moment} ({age} s ahead)": "{moment}（超前 {age} 秒）",
}
"""English -> Chinese."""

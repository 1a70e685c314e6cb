"""The Chinese of words and sentences that several commands use."""

CHINESE = {
    # marks between them
    ", ": "，",
    "; ": "；",
    # heads and names
    "NAME": "名称",
    "STATE": "状态",
    "Nodes": "节点",
    "account": "账号",
    "agent {version}": "Agent {version}",
    "alerts": "告警",
    "backup": "备份",
    "clock": "时钟",
    "database": "数据库",
    "nodes": "节点",
    "page": "网页",
    "panel": "面板",
    "password": "密码",
    "the panel": "面板",
    "{nodes} and {count} others": "{nodes} 及另外 {count} 个节点",
    # metrics
    "CPU": "CPU",
    "memory": "内存",
    "temperature": "温度",
    # states
    "up": "在线",
    "down": "离线",
    "never": "未上报",
    "disabled": "已停用",
    # severities
    "critical": "严重",
    "warning": "警告",
    "info": "提示",
    # questions
    "Please answer y or n.": "请回答 y 或 n。",
    "Repeat the password: ": "再输入一次：",
    "as given": "您指定的密码",
    # results
    "Nothing was changed.": "未作任何改动。",
    "No panel is running; it takes effect when one starts.": "面板未运行；下次启动时生效。",
    "The running panel (process {pid}) was asked to reload.": "已通知运行中的面板（进程 {pid}）重新读取。",
    "The running panel could not be notified ({reason}); reload it with `systemctl reload minipanel`.": (
        "无法通知运行中的面板（{reason}）；请运行 systemctl reload minipanel。"
    ),
    # what is wrong
    "timed out": "超时",
    "go nowhere: set [alerts] mail": "没有接收人：请设置 [alerts] mail",
    'not used: auth is "token"': '未使用：auth 为 "token"',
    "{count} messages not sent yet: {error}": "{count} 条消息尚未发出：{error}",
    "{path} can't be read: {reason}.": "无法读取 {path}：{reason}。",
    "{text} can't be a hostname.": "{text} 不是有效的主机名。",
    "MUNGE does not work on this machine: {trouble}": "本机的 MUNGE 不可用：{trouble}",
}

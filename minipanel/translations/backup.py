"""The Chinese of `minipanel backup`."""

CHINESE = {
    "{target}: {records} records, {size} MB, read back and intact.": (
        "{target}：{records} 条记录，{size} MB，已重新读取并确认完好。"
    ),
    "It does not include the configuration: keep a copy of {path} as well.": "其中不含配置：请另外保存一份 {path}。",
    "{percent}% copied": "已复制 {percent}%",
}

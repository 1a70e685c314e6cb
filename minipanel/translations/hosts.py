"""The Chinese of what is wrong with a hosts file."""

CHINESE = {
    "Line {line} of the hosts file is skipped: {reason}": "hosts 文件第 {line} 行被忽略：{reason}",
    "... and {count} more such lines": "…… 另有 {count} 行同样被忽略",
    "it begins with a byte order mark, so the resolver does not read it.": (
        "该行以 BOM（字节顺序标记）开头，系统解析器无法识别。"
    ),
    "{text} is not an address.": "{text} 不是有效的地址。",
    "{text} has no name.": "{text} 后缺少主机名。",
    "its address is that of {hostname}; {text} is not another node.": (
        "其地址与 {hostname} 相同；{text} 不作为单独的节点。"
    ),
}
"""English -> Chinese."""

"""What is said of a hosts file, in Chinese."""

CHINESE = {
    "Line {line} of the hosts file is passed over: {reason}": "hosts 文件第 {line} 行被忽略：{reason}",
    "... and {count} more such lines": "…… 另有 {count} 行如此",
    "it begins with a byte order mark, so the resolver does not read it.": "它以字节顺序标记开头，解析器读不到它。",
    "{text} is no address.": "{text} 不是地址。",
    "{text} has no name.": "{text} 没有名称。",
    "{text} can't be a hostname.": "{text} 不能作主机名。",
    "its address is that of {hostname}; {text} is no node of its own.": (
        "它的地址属于 {hostname}；{text} 不是单独的节点。"
    ),
}
"""English -> Chinese."""

"""The Chinese of what may be wrong with alerts and their channels, as any command reports it."""

CHINESE = {
    # channels of alerts
    "1 to 32 letters, digits, dots, hyphens and underscores, such as night-shift": (
        " 1 到 32 个字母、数字、点、连字符或下划线，如 night-shift"
    ),
    "an address such as https://hooks.example.org/…, with http or https, a host, and no user or password": (
        "形如 https://hooks.example.org/… 的地址，含 http 或 https 和主机，不含用户名或密码"
    ),
    'an array of a program\'s absolute path and its arguments, such as ["/usr/local/bin/page", "-q"]': (
        '由程序的绝对路径和参数组成的数组，如 ["/usr/local/bin/page", "-q"]'
    ),
    "an array of mail addresses such as ops@example.org, at least one": "邮件地址的数组，如 ops@example.org，至少一个",
    "{path}: {key} in {place} has a user or a password in it; it must be {allowed}.": (
        "{path}：{place} 中的 {key} 含有用户名或密码；须为{allowed}。"
    ),
    "{path}: {key} in {place} has no scheme; it must be {allowed}.": (
        "{path}：{place} 中的 {key} 缺少协议；须为{allowed}。"
    ),
    '{path}: {key} in {place} has the scheme "{scheme}"; it must be {allowed}.': (
        '{path}：{place} 中 {key} 的协议为 "{scheme}"；须为{allowed}。'
    ),
    "{path}: {key} in {place} has an impossible host, port 0, or a part after #; it must be {allowed}.": (
        "{path}：{place} 中的 {key} 没有有效的主机，或端口为 0，或含有 # 之后的部分；须为{allowed}。"
    ),
    "{path}: {key} in {place} has a link-local host; it must be {allowed}.": (
        "{path}：{place} 中 {key} 的主机是链路本地地址；须为{allowed}。"
    ),
    "{path}: {key} in {place} is not an address; it must be {allowed}.": (
        "{path}：{place} 中的 {key} 不是有效的地址；须为{allowed}。"
    ),
    (
        "{path}: {key} in {place} has characters that no address has, or more than {most} of them; "
        "it must be {allowed}."
    ): "{path}：{place} 中的 {key} 含有地址中不允许的字符，或超过 {most} 个字符；须为{allowed}。",
    '{path}: {key} in {place} is not for kind "{kind}", which has {keys}.': (
        '{path}：{place} 中的 {key} 不适用于 kind "{kind}"，后者可用的键：{keys}。'
    ),
    "{path}: url is missing in {place}; one of url and url_file must be set.": (
        "{path}：{place} 中缺少 url；url 和 url_file 须设置其中一个。"
    ),
    "{path}: url and url_file are both set in {place}; one of url and url_file must be set.": (
        "{path}：{place} 中同时设置了 url 和 url_file；只能设置其中一个。"
    ),
    "{path}: url_file in {place} is {file}, whose first line {why}; it must be {allowed}.": (
        "{path}：{place} 中的 url_file 为 {file}，其首行无效（{why}）；须为{allowed}。"
    ),
    "it is not a file": "它不是文件",
    "{path}: {key} in {place} is {file}, which is not UTF-8 text.": (
        "{path}：{place} 中的 {key} 为 {file}，不是 UTF-8 文本。"
    ),
    "{path}: {key} in {place} is {file}, whose first line is empty.": (
        "{path}：{place} 中的 {key} 为 {file}，其首行为空。"
    ),
    "{path}: {place} is one too many; at most {most} channels are allowed.": (
        "{path}：{place} 超出数量限制；最多 {most} 个渠道。"
    ),
    "{path}: name in {place} is {name}, the name of mail in [alerts] too; each channel must have its own.": (
        "{path}：{place} 中的 name 为 {name}，与 [alerts] 中 mail 的渠道同名；渠道名称不得重复。"
    ),
    "{path}: name in {place} is {name}, the name of that in {other} too; each channel must have its own.": (
        "{path}：{place} 中的 name 为 {name}，与{other}同名；渠道名称不得重复。"
    ),
    "{path}: nodes in {place} is not for the rule {name}, which is about the panel itself.": (
        "{path}：{place} 中的 nodes 不适用于规则 {name}，该规则只涉及面板自身。"
    ),
    "{path}: {place} has no effect: {other} sets the rule {name} for the same nodes; write both as one section.": (
        "{path}：{place} 不会生效：{other} 已为相同的节点设置了规则 {name}；请合并为一节。"
    ),
    # alerts
    "nodes is {text}; none of them is configured.": "节点集 {text} 中没有已配置的节点。",
    "There is no node {text}.": "没有节点 {text}。",
    "There is no active silence {text}.": "没有生效中的静默 {text}。",
    "note has {count} characters; at most {most} are allowed.": "备注有 {count} 个字符；最多 {most} 个。",
    "why has {count} characters; 1 to {most} are needed.": "原因有 {count} 个字符；须为 1 到 {most} 个。",
    "until is {until}; it must be a time within the next {days} days.": (
        "截止时间 {until} 无效；须在今后 {days} 天以内。"
    ),
    "rules has {text}; it must be some of {names}.": "规则 {text} 无效；可选 {names}。",
    "{most} silences are already active; end some first.": "已有 {most} 条生效中的静默；请先结束一些。",
    "{where} refused the recipients: {code} {said}.": "{where} 拒绝收件人：{code} {said}。",
    "{where} answered {code} {said}.": "{where} 返回 {code} {said}。",
    "{where} closed the connection.": "{where} 中断了连接。",
    "{where} did not answer for {seconds} seconds.": "{where} 在 {seconds} 秒内没有响应。",
    "{where} answered {answer}": "{where} 返回 {answer}",
    "{where} answered {status}, another address; redirects are not followed.": (
        "{where} 返回 {status}，要求转到其他地址；不跟随重定向。"
    ),
    "{where} did not answer within {seconds} seconds.": "{where} 在 {seconds} 秒内没有响应。",
    "{where} can't be run: {reason}.": "{where} 无法运行：{reason}。",
    "{where} exited with {code}.": "{where} 退出码为 {code}。",
    "{where} exited with {code}: {said}": "{where} 退出码为 {code}：{said}",
    "{where} was killed by signal {code}.": "{where} 被信号 {code} 终止。",
    "{where} was killed by signal {code}: {said}": "{where} 被信号 {code} 终止：{said}",
    "{where} does not speak HTTP: {reason}.": "{where} 返回的不是 HTTP：{reason}。",
    "{where} does not answer as such a robot does: {answer}": "{where} 返回的内容不像该类机器人：{answer}",
    "{where} refused it with {code}: {words}": "{where} 拒绝了消息，代码 {code}：{words}",
    "{answer}; refused {addresses}": "{answer}；拒绝了 {addresses}",
    "{where} accepted it for others and refused {address}: {code} {answer}.": (
        "{where} 接受了其他收件人，拒绝了 {address}：{code} {answer}。"
    ),
    "{host}:{port} is the panel itself.": "{host}:{port} 是面板自身。",
    "{host}:{port} has the link-local address {address}, which the panel does not contact.": (
        "{host}:{port} 的地址 {address} 是链路本地地址，不予访问。"
    ),
    "The certificate of {where} is not trusted: {reason}.": "{where} 的证书不受信任：{reason}。",
    "TLS with {where} failed: {reason}.": "与 {where} 的 TLS 连接失败：{reason}。",
    "The name of {where} can't be looked up: {reason}.": "无法解析 {where} 的主机名：{reason}。",
    "The file {path} can't be read: {reason}.": "无法读取文件 {path}：{reason}。",
    "The first line of {path} is empty.": "{path} 的首行为空。",
    "The first line of {file} {why}.": "{file} 的首行无效（{why}）。",
    "has no scheme": "缺少协议",
    'has the scheme "{scheme}"': '协议为 "{scheme}"',
    "has a user or a password in it": "含有用户名或密码",
    "has an impossible host, port 0, or a part after #": "没有有效的主机，或端口为 0，或含有 # 之后的部分",
    "has a link-local host": "主机是链路本地地址",
    "is not an address": "不是有效的地址",
    "has characters that no address has, or more than {most} of them": "含有地址中不允许的字符，或超过 {most} 个字符",
    "{where}: {reason}.": "{where}：{reason}。",
    "channel is {name}; it must be one of {names}.": "通知渠道 {name} 无效；可选 {names}。",
    "channel is {name}; none is set in [alerts].": "没有通知渠道 {name}：[alerts] 中未设置任何渠道。",
    "{where}: TLS failed: {reason}.": "{where}：TLS 失败：{reason}。",
    "{where} can't be reached: {reason}.": "无法连接 {where}：{reason}。",
    "The mail server {where}": "邮件服务器 {where}",
    "The mail can't be made: {reason}.": "无法生成邮件：{reason}。",
    "{name} has reached its limit of messages for this minute; wait {seconds} s.": (
        "{name} 已达到每分钟的消息上限；请等待 {seconds} 秒。"
    ),
    "{name} did not finish within {seconds} seconds.": "{name} 在 {seconds} 秒后仍未结束。",
    "This channel no longer exists.": "该通知渠道已不存在。",
}

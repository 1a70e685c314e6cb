"""The Chinese of the panel's answers to requests that it refuses."""

CHINESE = {
    # access
    "Log in first.": "请先登录。",
    "The username or the password is wrong.": "账号或密码错误。",
    "The session has expired; log in again.": "登录已过期，请重新登录。",
    "The account was changed since; log in again.": "账号已变更，请重新登录。",
    "The session was logged out; log in again.": "已退出登录，请重新登录。",
    "The session is not one of this panel's; log in again.": "该会话不属于本面板，请重新登录。",
    "The token of this machine is not one of this panel's, or has expired.": "本机的令牌不属于本面板，或已过期。",
    "Too many failed logins from this address; try again in {seconds} seconds.": (
        "此地址登录失败次数过多，请在 {seconds} 秒后重试。"
    ),
    "Too many logins at once; try again in {seconds} seconds.": "同时登录的人数过多，请在 {seconds} 秒后重试。",
    "The proxy names the user {name}, who has no account here.": "代理服务器给出的用户 {name} 在本面板没有账号。",
    "{header} is accepted from trusted_proxies only, and {peer} is not one of them.": (
        "只接受 trusted_proxies 中的地址发送 {header}，而 {peer} 不在其中。"
    ),
    "{header} came {count} times; the proxy must set it, not add to it.": (
        "{header} 出现了 {count} 次；代理服务器须设置该请求头，而不是追加。"
    ),
    "{header} came without the proxy's secret in {secret_header}.": (
        "带有 {header} 的请求缺少 {secret_header} 中的代理密钥。"
    ),
    "{header} came from this machine, where every user could send it: set user_header_secret in [server].": (
        "{header} 来自本机，而本机的任何用户都能发送：请在 [server] 中设置 user_header_secret。"
    ),
    "{header} is not UTF-8; the proxy must send the name in it.": (
        "{header} 不是 UTF-8；代理服务器须以 UTF-8 发送用户名。"
    ),
    "API token": " API 令牌",
    "wall screen": "大屏",
    "The name is {name}; it must be 1 to {most} printable characters without spaces around them.": (
        "名称 {name} 无效；须为 1 到 {most} 个可打印字符，首尾没有空格。"
    ),
    "metrics or read": " metrics 或 read",
    "The scope is {scope}; it must be {names}.": "权限范围 {scope} 无效；须为{names}。",
    "The number of days is {days}; it must be 1 to {most}.": "天数 {days} 无效；须为 1 到 {most}。",
    "There are already {most} API tokens; remove one first.": "API 令牌已达上限 {most} 个；请先移除一个。",
    "There are already {most} wall screens; remove one first.": "大屏已达上限 {most} 个；请先移除一个。",
    "The secret of the {noun} is mistyped or incomplete: its checksum does not match.": (
        "{noun}的密钥有误或不完整：校验和不符。"
    ),
    "This panel does not know this {noun}; it was removed, or belongs to another panel.": (
        "本面板没有这个{noun}；它已被移除，或属于其他面板。"
    ),
    "The {noun} {name} expired on {day}; create a new one.": "{noun} {name} 已于 {day} 过期；请重新创建。",
    "There is no {noun} with the id {id}.": "没有 ID 为 {id} 的{noun}。",
    "There is no session {id}.": "没有会话 {id}。",
    "days is {days}; it must be a whole number from 1 to {most}.": "days 的值 {days} 无效；须为 1 到 {most} 的整数。",
    "This token may only read.": "该令牌只能读取。",
    "This requires an admin; you are a viewer, who sees everything and changes nothing.": (
        "此操作需要管理员；只读用户可查看全部内容，不能作任何改动。"
    ),
    "A wall screen sees the realtime view and nothing else.": "大屏只能查看实时信息。",
    "This requires the scope {scopes}; the API token has {names}.": (
        "此操作需要权限范围：{scopes}；该 API 令牌的范围为 {names}。"
    ),
    # requests
    "There is nothing at this address.": "此地址不存在。",
    "{method} is not allowed at this address.": "此地址不支持 {method}。",
    "The panel failed to handle this request; its log says why.": (
        "面板处理该请求时出错；原因见面板日志（journalctl -u minipanel）。"
    ),
    "The body must be a JSON object with username and password, both text.": (
        "请求体须为 JSON 对象，包含 username 和 password，均为文本。"
    ),
    "The body must be a JSON object with {names}, and nothing else.": "请求体须为 JSON 对象，只能包含 {names}。",
    "The body is too large; at most {limit_bytes} bytes are allowed.": "请求体过大；最多 {limit_bytes} 字节。",
    "The body ended too early.": "请求体在传输中中断。",
    "The Content-Type is {media_type}; it must be application/json.": (
        "Content-Type 为 {media_type}；须为 application/json。"
    ),
    (
        "This panel is not known as {name}; if it should be, add the line "
        'hosts = ["{plain}"] to [server] in its config.toml.'
    ): '面板没有 {name} 这个名称；如果它是面板的地址，请在 config.toml 的 [server] 中添加 hosts = ["{plain}"]。',
    "login": "登录请求",
    "request": "请求",
    "The {what} was sent by a page of another site (Sec-Fetch-Site is {site}).": (
        "该{what}由其他网站的页面发出（Sec-Fetch-Site 为 {site}）。"
    ),
    "The {what} was sent by the page of {origin}, which is not this panel's.": (
        "该{what}由 {origin} 的页面发出，不是本面板的网页。"
    ),
    "The panel is busy with other requests; try again.": "面板正忙于其他请求；请稍后重试。",
    "The head is too large; at most {most} bytes and {headers} headers are allowed.": (
        "请求头过大；最多 {most} 字节、{headers} 个请求头。"
    ),
    "The request did not arrive within {seconds} seconds.": "请求在 {seconds} 秒内没有传完。",
    "This is not an HTTP request.": "这不是 HTTP 请求。",
    "The panel is stopping; try again in a moment.": "面板正在停止；请稍后重试。",
    # history
    "nodes is missing; it must be a node set such as node[01-08,12].": (
        "缺少 nodes；须为形如 node[01-08,12] 的节点集。"
    ),
    "There is no node {text} and {count} more.": "没有节点 {text}，另有 {count} 个也不存在。",
    "format is {format}; it must be json, compact or csv.": ("format 的值 {format} 无效；须为 json、compact 或 csv。"),
    "format is {format}; it must be nodes or columns.": "format 的值 {format} 无效；须为 nodes 或 columns。",
    "step is {step}; it must be {names}.": "step 的值 {step} 无效；可选 {names}。",
    "period is {period}; it must be {names}.": "period 的值 {period} 无效；可选 {names}。",
    "period or from is missing; period must be {names}.": "缺少 period 或 from；period 可选 {names}。",
    "period can't be combined with from and to; give one or the other.": (
        "period 不能与 from、to 同时使用；请只用其一。"
    ),
    "from is {first} and to is {last}; from must be before to.": "from 为 {first}，to 为 {last}；from 须早于 to。",
    "from and to are {seconds} seconds apart; at most {most} are allowed.": (
        "from 与 to 相距 {seconds} 秒；最多 {most} 秒。"
    ),
    "fields names {field}; allowed are {names}.": "fields 中的 {field} 无效；可选 {names}。",
    "{name} is {text}; it must be a time in whole Unix seconds, such as 1640995200.": (
        "{name} 的值 {text} 无效；须为 Unix 时间（整秒），如 1640995200。"
    ),
    "{name} is {text}; times end at {last}.": "{name} 的值 {text} 过大；时间最大为 {last}。",
    "{name} is {text}; it must be a whole number from 1 to {most}.": (
        "{name} 的值 {text} 无效；须为 1 到 {most} 的整数。"
    ),
    "metric is missing; it must be {names}.": "缺少 metric；可选 {names}。",
    "metric is {text}; it must be {names}.": "metric 的值 {text} 无效；可选 {names}。",
    "drawn": "绘制",
    "counted": "统计",
    "nodes names {nodes} nodes; at most {most} can be {what}.": "节点集有 {nodes} 个节点；最多可{what} {most} 个。",
    (
        "nodes and time make {days} node-days; at most {most} can be {what}: ask for fewer nodes or a shorter time."
    ): "节点数与天数之积为 {days}；最多可{what} {most}：请减少节点或缩短时间范围。",
    "nodes names {count} nodes; at most {most} can be compared.": "节点集有 {count} 个节点；最多可比较 {most} 个。",
    "within is {text}; it must be a whole number of seconds from 1 to {most}.": (
        "within 的值 {text} 无效；须为 1 到 {most} 秒的整数。"
    ),
    "The panel has stored no sample for {silent} seconds.": "面板已有 {silent} 秒未保存样本。",
    "The panel has not checked its alert rules for {silent} seconds.": "面板已有 {silent} 秒未评估告警。",
    # alerts
    "There is no alert {id}.": "没有告警 {id}。",
    "ids is empty; it must be an array of the ids of alerts.": "ids 为空；须为告警 ID 的数组。",
    "state is {state}; it must be open or closed.": "state 的值 {state} 无效；须为 open 或 closed。",
    "rule is {rule}; it must be one of {names}.": "rule 的值 {rule} 无效；可选 {names}。",
    "{name} is {text}; it must be a time in Unix seconds.": "{name} 的值 {text} 无效；须为 Unix 时间（秒）。",
    # agents' samples
    # faults of samples
    "The body is not UTF-8 text: byte {place} can't be read.": "请求体不是 UTF-8 文本：第 {place} 个字节无法读取。",
    "The body is nested too deeply; it must be one sample or an array of samples.": (
        "请求体嵌套过深；须为一个样本或样本数组。"
    ),
    "The body is not JSON: {reason}.": "请求体不是 JSON：{reason}。",
    "The body can't be read: {reason}.": "无法读取请求体：{reason}。",
    "The body is {kind}; it must be one sample (an object) or an array of samples.": (
        "请求体不是样本：{kind}。须为一个样本（对象）或样本数组。"
    ),
    "The array is empty; it must hold 1 to {most} samples.": "数组为空；须有 1 到 {most} 个样本。",
    "{place} is {kind}; it must be a sample (an object).": "{place} 不是样本：{kind}。须为对象。",
    "an object": "对象",
    "an array": "数组",
    "{field} is missing; it must be {allowed}.": "缺少 {field}；须为{allowed}。",
    "{field} is {value}; it must be {allowed}.": "{field} 的值 {value} 无效；须为{allowed}。",
    "{field} is {value}; it must be at most {total}, which is {limit}.": (
        "{field} 的值 {value} 过大；不得超过 {total} 的值 {limit}。"
    ),
    "{field} is {value}, {ahead} seconds ahead of the panel's clock; at most {most} are allowed. Check both clocks.": (
        "{field} 为 {value}，比面板时钟快 {ahead} 秒；最多允许快 {most} 秒。请检查两边的时钟。"
    ),
    "{field} is {value}, but [0].node_id is {first}; an array holds one node's samples.": (
        "{field} 为 {value}，而 [0].node_id 为 {first}；一个数组只能含同一节点的样本。"
    ),
    "The samples don't fit together.": "这些样本相互矛盾。",
    # what a value of a sample may be
    "the node's hostname: 1 to 253 letters, digits, '.', '-' and '_'": (
        "节点的主机名：由 1 到 253 个字母、数字、“.”、“-”、“_”组成"
    ),
    "whole Unix seconds, a multiple of {seconds}": " Unix 时间的整秒数，且为 {seconds} 的倍数",
    "a whole number of {unit} from {low} to {high}": " {low} 到 {high} 的整数（单位：{unit}）",
    "{allowed}, or null {where}": "{allowed}，或 null（{where}）",
    "without a sensor": "没有传感器时",
    "The panel is busy; keep the samples and send them again.": "面板繁忙；请保留样本，稍后重发。",
    "The panel's own clock seems to be {behind} seconds behind: keep the samples. Set its clock.": (
        "面板自身的时钟似乎慢了 {behind} 秒：请保留样本，并校准面板的时钟。"
    ),
    "The body is encoded as {encoding}; it must be plain JSON, without Content-Encoding.": (
        "请求体的编码为 {encoding}；须为未压缩的 JSON，不带 Content-Encoding。"
    ),
    "The body has {count} bytes; at most {most} are allowed.": "请求体有 {count} 字节；最多 {most} 字节。",
    "The array holds {count} samples; at most {most} are allowed.": "数组有 {count} 个样本；最多 {most} 个。",
    (
        "{node_id} may report from {names}, but the request came from {peer}. "
        "If that is the way to this node, add to its [[nodes]] in config.toml: addresses = [{line}]"
    ): (
        "{node_id} 只能从 {names} 上报，而请求来自 {peer}。"
        "如果该地址确属此节点，请在 config.toml 的对应 [[nodes]] 中添加：addresses = [{line}]"
    ),
    "The request has no Authorization header; the panel expects 'Authorization: {kind}' and a credential.": (
        "请求缺少 Authorization 头；须为 Authorization: {kind} 加凭据。"
    ),
    "The Authorization header has {count} characters; at most {most} are read.": (
        "Authorization 头有 {count} 个字符；最多 {most} 个。"
    ),
    "something else": "其他内容",
    "The Authorization header begins with {shown}; the panel expects 'Authorization: {kind}' and a credential.": (
        "Authorization 头以 {shown} 开头；须为 Authorization: {kind} 加凭据。"
    ),
    "{text} is not a MUNGE credential.": "{text} 不是 MUNGE 凭据。",
    "The panel knows no node named {node_id}.": "面板没有名为 {node_id} 的节点。",
    "Node {node_id} is disabled in the panel's configuration.": "节点 {node_id} 在面板配置中已停用。",
    "Node {node_id} is not configured on the panel.": "面板配置中没有节点 {node_id}。",
    "The MUNGE credential was made by uid {uid}; allowed is {allowed}.": (
        "MUNGE 凭据由 UID {uid} 生成；只允许 {allowed}。"
    ),
    "The token is malformed: it has {count} characters and must have 43.": (
        "令牌格式不对：有 {count} 个字符，应为 43 个。"
    ),
    "The token belongs to no node in the panel's configuration.": "该令牌不属于面板配置中的任何节点。",
    "The token does not belong to {node_id}.": "该令牌不属于 {node_id}。",
    "The MUNGE credential was made for something other than MiniPanel.": "该 MUNGE 凭据不是为 MiniPanel 生成的。",
    "The MUNGE credential was made for a different body.": "该 MUNGE 凭据是为另一个请求体生成的。",
    "The MUNGE credential can't be read: {message}.": "无法解读 MUNGE 凭据：{message}。",
    (
        "The MUNGE credential has expired: it is {age_seconds} seconds old by the panel's clock. "
        "Check that the clocks of the node and the panel agree."
    ): "MUNGE 凭据已过期：按面板时钟已过 {age_seconds} 秒。请检查节点与面板的时钟是否一致。",
    (
        "The MUNGE credential is from the future: it was made {seconds} seconds ahead of the panel's clock. "
        "Check that the clocks of the node and the panel agree."
    ): "MUNGE 凭据的时间超前：比面板时钟快 {seconds} 秒。请检查节点与面板的时钟是否一致。",
    "The MUNGE credential was used before; each is valid for one request only.": (
        "该 MUNGE 凭据已用过；每个凭据只能用于一次请求。"
    ),
    "The MUNGE credential was changed on its way, or made with another key than the panel's.": (
        "MUNGE 凭据在传输中被改动，或其密钥与面板的不同。"
    ),
    "The MUNGE credential was made for another user than the panel's.": "该 MUNGE 凭据不是为面板的运行用户生成的。",
    "The panel gets no answer from munged: {reason}.": "munged 没有响应面板：{reason}。",
    "The panel can't use MUNGE: {reason}": "面板无法使用 MUNGE：{reason}",
}
"""English -> Chinese; both have {names} for values."""

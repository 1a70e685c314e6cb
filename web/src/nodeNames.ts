/** Nodes' names as people read them: without the domain that all long ones share. */

/** The domain that all names with a dot share; empty if there is none, or if names would no longer differ without it. */
export function sharedDomain(names: readonly string[]): string {
  const domains = new Set(names.filter((name) => name.includes('.')).map((name) => name.slice(name.indexOf('.'))))
  const shared = commonEnd([...domains])
  return new Set(names.map((name) => withoutDomain(name, shared))).size === new Set(names).size ? shared : ''
}

/** "node01.hpc.example.org", ".example.org" -> "node01.hpc" */
export function withoutDomain(name: string, domain: string): string {
  return domain !== '' && name.endsWith(domain) && name.length > domain.length ? name.slice(0, -domain.length) : name
}

/** `nodes` with shorter names; the same objects if nothing is left out. */
export function shortNamed<Named extends { name: string }>(nodes: readonly Named[], domain = sharedDomain(nodes.map(({ name }) => name))): readonly Named[] {
  return domain === '' ? nodes : nodes.map((node) => ({ ...node, name: withoutDomain(node.name, domain) }))
}

/** [".ib.hpc.org", ".eth.hpc.org"] -> ".hpc.org" */
function commonEnd([first, ...others]: readonly string[]): string {
  if (first === undefined) return ''
  let end = first
  while (end !== '' && !others.every((domain) => domain.endsWith(end))) {
    const next = end.indexOf('.', 1)
    end = next < 0 ? '' : end.slice(next)
  }
  return end
}

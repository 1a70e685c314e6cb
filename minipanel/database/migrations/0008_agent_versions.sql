-- Adds only: the version of each node's agent, so that commands beside the panel can say where an old one runs.

-- version: what the agent says of itself. Written when it changes.
CREATE TABLE agent_versions (
    node_id INTEGER PRIMARY KEY,
    version TEXT NOT NULL
);

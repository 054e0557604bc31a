# What a compose file may say. `docs/adr/0022` says why; `exceptions.rego` says where not.
#
# The input is the file as conftest reads it: anchors and merges resolved, variables not.
package main

import data.lab.exceptions
import rego.v1

deny contains denial if {
	some denial in compose
	not excepted(denial.rule, denial.service)
}

# The exceptions that are needed; one that is not should go.
needed contains exception if {
	some denial in compose
	some exception in exceptions.services
	exception.rule == denial.rule
	exception.service == denial.service
}

excepted(rule, service) if {
	some exception in exceptions.services
	exception.rule == rule
	exception.service == service
}

refusal(rule, service, text) := {
	"rule": rule,
	"service": service,
	"msg": sprintf("%s: %s [%s]", [service, text, rule]),
}

# A value with the defaults of its variables: what stands there when nobody sets any.
resolved(text) := regex.replace(sprintf("%v", [text]), `\$\{[A-Za-z_]+:?-([^}]*)\}`, "$1")

# Images that this repository builds carry the tag that the builder gives them.
is_ours(service) if {
	service.build
	startswith(service.image, "observability-lab/")
}

compose contains refusal("tag", name, sprintf("image %s needs a tag or a digest", [image])) if {
	some name, service in input.services
	image := resolved(service.image)
	not is_ours(service)
	not is_pinned(image)
}

compose contains refusal("tag", name, "it needs an image with a name") if {
	some name, service in input.services
	not service.image
}

compose contains refusal("latest", name, sprintf("image %s is whatever is newest", [image])) if {
	some name, service in input.services
	image := resolved(service.image)
	not is_ours(service)
	is_moving(image)
}

is_pinned(image) if contains(image, "@sha256:")

# A colon in the last part; one before it is a registry's port.
is_pinned(image) if {
	parts := split(image, "/")
	[_, tag] := split(parts[count(parts) - 1], ":")
	regex.match(`^[A-Za-z0-9_][A-Za-z0-9_.-]*$`, tag)
}

is_moving(image) if endswith(image, ":latest")

is_moving(image) if regex.match(`:(stable|edge|main|master|nightly|lts)$`, image)

compose contains refusal("root", name, "it runs as root") if {
	some name, service in input.services
	is_root(sprintf("%v", [service.user]))
}

is_root(user) if regex.match(`^(0+|root)(:.*)?$`, user)

# Whom a foreign image runs as only its maker knows.
compose contains refusal("user", name, "it does not say whom it runs as") if {
	some name, service in input.services
	not service.build
	not service.user
}

compose contains refusal("privileged", name, "it is privileged") if {
	some name, service in input.services
	service.privileged
}

compose contains refusal("capabilities", name, "it does not drop all capabilities") if {
	some name, service in input.services
	not "ALL" in object.get(service, "cap_drop", [])
}

compose contains refusal("capabilities", name, "it adds capabilities") if {
	some name, service in input.services
	count(service.cap_add) > 0
}

compose contains refusal("new-privileges", name, "its programs may gain privileges") if {
	some name, service in input.services
	options := {replace(option, "=", ":") | some option in object.get(service, "security_opt", [])}
	count(options & {"no-new-privileges:true", "no-new-privileges"}) == 0
}

compose contains refusal("unconfined", name, sprintf("%s takes its protection away", [option])) if {
	some name, service in input.services
	some option in service.security_opt
	regex.match(`[:=](unconfined|disable)$`, option)
}

compose contains refusal("read-only", name, "its root is writable") if {
	some name, service in input.services
	not service.read_only
}

compose contains refusal("memory", name, "it may take all memory") if {
	some name, service in input.services
	not service.mem_limit
	not service.deploy.resources.limits.memory
}

compose contains refusal("port", name, sprintf("port %s is open to the network", [port])) if {
	some name, service in input.services
	some entry in service.ports
	not is_object(entry)
	port := resolved(entry)
	not regex.match(`^(127\.0\.0\.1|\[::1\]):`, port)
}

compose contains refusal("port", name, sprintf("port %v is open to the network", [entry.target])) if {
	some name, service in input.services
	some entry in service.ports
	is_object(entry)
	not resolved(object.get(entry, "host_ip", "")) in {"127.0.0.1", "::1"}
}

compose contains refusal("host-namespace", name, sprintf("%s is the host's", [key])) if {
	some name, service in input.services
	some key in ["network_mode", "pid", "ipc", "uts", "userns_mode", "cgroup"]
	service[key] == "host"
}

compose contains refusal("engine-socket", name, "whoever has the engine's socket is root") if {
	some name, service in input.services
	some volume in service.volumes
	regex.match(`(docker|podman|containerd)\.sock`, sprintf("%v", [volume]))
}

compose contains refusal("secret", name, sprintf("%s has a value in the file", [key])) if {
	some name, service in input.services
	some key, value in environment(service)
	is_secret(key)
	resolved(value) != ""
	value != null
}

# `environment` is an object or a list of `KEY=value`.
environment(service) := service.environment if is_object(service.environment)

environment(service) := pairs if {
	is_array(service.environment)
	pairs := {key: value |
		some entry in service.environment
		key := split(entry, "=")[0]
		value := trim_prefix(trim_prefix(entry, key), "=")
	}
}

# Names that promise a secret; `…_FILE` says where one is.
is_secret(name) if {
	regex.match(`passw|secret|token|api_?key|private_?key|credential`, lower(name))
	not endswith(lower(name), "_file")
}

# Where a rule does not hold, and why. One that is not needed any more makes the check fail.
package lab.exceptions

import rego.v1

# Services of compose files, by name.
services := [
	{"service": "frontend", "rule": "port", "reason": "8080 is the front door, the one that people use"},
	{"service": "node-exporter", "rule": "host-namespace", "reason": "it measures the host's processes"},
	{"service": "cadvisor", "rule": "user", "reason": "the engine's socket is root's"},
	{"service": "cadvisor", "rule": "engine-socket", "reason": "it asks the engine for the names of the containers; profile host, no port"},
	{"service": "tempo", "rule": "user", "reason": "the image's own user is 10001"},
	{"service": "loki", "rule": "user", "reason": "the image's own user is 10001"},
	{"service": "prometheus", "rule": "user", "reason": "the image's own user is nobody"},
	{"service": "alertmanager", "rule": "user", "reason": "the image's own user is nobody"},
	{"service": "node-exporter", "rule": "user", "reason": "the image's own user is nobody"},
]

# Images of Dockerfiles, by what they are made from.
images := [{
	"from": "otel/opentelemetry-collector-contrib",
	"rule": "user",
	"reason": "the image's own user is 10001, and stays so",
}]

# What a Dockerfile may say. The input is conftest's: a list of commands, each with `Cmd`,
# `Flags`, `Value` and the number of its `Stage`.
package main

import data.lab.exceptions
import rego.v1

deny contains denial if {
	some denial in dockerfile
	not excepted_image(denial)
}

needed contains exception if {
	some denial in dockerfile
	some exception in exceptions.images
	exception.rule == denial.rule
	exception.from == denial.from
}

excepted_image(denial) if {
	some exception in exceptions.images
	exception.rule == denial.rule
	exception.from == denial.from
}

commands := [command | some command in input; command.Cmd]

flaw(rule, from, text) := {"rule": rule, "from": from, "msg": sprintf("%s [%s]", [text, rule])}

# Stages by number, with the image or the stage that they begin with.
bases[command.Stage] := command.Value[0] if {
	some command in commands
	command.Cmd == "from"
}

names[command.Stage] := command.Value[2] if {
	some command in commands
	command.Cmd == "from"
	lower(command.Value[1]) == "as"
}

# Only a stage that came before has a name: `FROM rust AS rust` begins with an image.
is_stage(name, stage) if {
	some earlier, known in names
	earlier < stage
	known == name
}

# `COPY --from=0` names a stage by its number.
is_stage(name, stage) if {
	some earlier, _ in bases
	earlier < stage
	name == sprintf("%d", [earlier])
}

# An image by its name alone, without tag and digest.
plain(image) := regex.replace(image, `(:[^/:@]+)?(@sha256:[0-9a-f]+)?$`, "")

foreign contains base if {
	some stage, base in bases
	not is_stage(base, stage)
	base != "scratch"
}

foreign contains image if {
	some command in commands
	command.Cmd == "copy"
	some flag in command.Flags
	startswith(flag, "--from=")
	image := substring(flag, count("--from="), -1)
	not is_stage(image, command.Stage)
}

dockerfile contains flaw("tag", plain(image), sprintf("image %s needs a tag or a digest", [image])) if {
	some image in foreign
	not is_pinned(image)
}

dockerfile contains flaw("latest", plain(image), sprintf("image %s is whatever is newest", [image])) if {
	some image in foreign
	is_moving(image)
}

# Stages that no other stage is made of are the images.
is_image(stage) if {
	bases[stage]
	not is_material(stage)
}

is_material(stage) if {
	some later, base in bases
	later > stage
	base == names[stage]
}

is_material(stage) if {
	some command in commands
	command.Cmd == "copy"
	some flag in command.Flags
	flag == sprintf("--from=%s", [names[stage]])
}

is_material(stage) if {
	some command in commands
	command.Cmd == "copy"
	sprintf("--from=%d", [stage]) in command.Flags
}

users(stage) := found if {
	found := [command.Value[0] |
		some command in commands
		command.Cmd == "user"
		command.Stage == stage
	]
}

dockerfile contains flaw("user", plain(bases[stage]), sprintf("the image from %s does not say whom it runs as", [bases[stage]])) if {
	some stage, _ in bases
	is_image(stage)
	count(users(stage)) == 0
}

dockerfile contains flaw("root", plain(bases[stage]), sprintf("the image from %s runs as root", [bases[stage]])) if {
	some stage, _ in bases
	is_image(stage)
	named := users(stage)
	is_root(named[count(named) - 1])
}

dockerfile contains flaw("add-url", plain(bases[command.Stage]), sprintf("ADD %s: nobody checks what comes", [source])) if {
	some command in commands
	command.Cmd == "add"
	some source in command.Value
	regex.match(`^(https?://|git@|git://)`, source)
}

dockerfile contains flaw("secret", plain(object.get(bases, command.Stage, "")), sprintf("%s stays readable in the image", [name])) if {
	some command in commands
	some name in declared(command)
	is_secret(name)
}

# `ARG NAME[=value] …`.
declared(command) := found if {
	command.Cmd == "arg"
	found := [split(value, "=")[0] | some value in command.Value]
}

# `ENV NAME=value …`: triples of name, value and separator.
declared(command) := found if {
	command.Cmd == "env"
	found := [name |
		some index, name in command.Value
		index % 3 == 0
	]
}

/** `pipeline { … }`. */
class PipelineSpec {
    Declarative declarative
    Map agentArguments
    Map<String, Object> parameterDefaults = [:]
    List<StageSpec> stageSpecs = []
    Map<String, Closure> postConditions = [:]

    void agent(Closure body) {
        AgentSpec spec = new AgentSpec(env: declarative.env)
        Declarative.inSpec(body, spec)
        agentArguments = spec.arguments
    }

    void parameters(Closure body) {
        Declarative.inSpec(body, new ParametersSpec(defaults: parameterDefaults))
    }

    void options(Closure body) {
        Declarative.inSpec(body, new OptionsSpec(found: declarative.options))
    }

    void environment(Closure body) {
        Declarative.inSpec(body, new EnvironmentSpec(env: declarative.env))
    }

    void stages(Closure body) {
        Declarative.inSpec(body, new StagesSpec(found: stageSpecs))
    }

    void post(Closure body) {
        Declarative.inSpec(body, new PostSpec(conditions: postConditions))
    }
}

/** `agent { dockerfile { … } }`. */
class AgentSpec {
    Map env
    Map arguments = [:]

    void dockerfile(Closure body) {
        Declarative.inSpec(body, this)
    }

    void label(String value) {
        arguments.label = value
    }

    void dir(String value) {
        arguments.dir = value
    }

    void args(CharSequence value) {
        arguments.args = value.toString()
    }
}

/** `parameters { … }`. */
class ParametersSpec {
    Map<String, Object> defaults

    void string(Map arguments) {
        Declarative.check('string', arguments, ['name', 'defaultValue'], ['description', 'trim'])
        defaults[arguments.name] = arguments.defaultValue
    }

    void booleanParam(Map arguments) {
        Declarative.check('booleanParam', arguments, ['name', 'defaultValue'], ['description'])
        defaults[arguments.name] = arguments.defaultValue
    }
}

/** `options { … }`, of the pipeline or of a stage. */
class OptionsSpec {
    Map<String, Object> found

    void buildDiscarder(Map rotation) {
        found.buildDiscarder = rotation
    }

    Map logRotator(Map arguments) {
        Declarative.check('logRotator', arguments, [],
            ['daysToKeepStr', 'numToKeepStr', 'artifactDaysToKeepStr', 'artifactNumToKeepStr'])
        arguments
    }

    void disableConcurrentBuilds(Map arguments = [:]) {
        Declarative.check('disableConcurrentBuilds', arguments, [], ['abortPrevious'])
        found.disableConcurrentBuilds = true
    }

    void timeout(Map arguments) {
        Declarative.check('timeout', arguments, ['time', 'unit'])
        java.util.concurrent.TimeUnit.valueOf(arguments.unit)
        found.timeout = arguments
    }

    void timestamps() {
        found.timestamps = true
    }
}

/** `environment { … }`: assignments alone. */
class EnvironmentSpec {
    Map env

    void setProperty(String name, Object value) {
        if (name == 'env') {
            this.@env = value
        } else {
            this.@env[name] = value.toString()
        }
    }
}

/** `stages { … }`. */
class StagesSpec {
    List<StageSpec> found

    void stage(String name, Closure body) {
        StageSpec spec = new StageSpec(name: name)
        Declarative.inSpec(body, spec)
        if (spec.body == null) {
            throw new IllegalArgumentException("stage ${name} has no steps")
        }
        found << spec
    }
}

/** `stage('…') { … }`. */
class StageSpec {
    String name
    Closure condition
    Closure body
    Map timeout

    void when(Closure body) {
        Declarative.inSpec(body, new WhenSpec(stage: this))
    }

    void options(Closure body) {
        Map found = [:]
        Declarative.inSpec(body, new OptionsSpec(found: found))
        timeout = found.timeout
    }

    void steps(Closure body) {
        this.body = body
    }
}

/** `when { … }`. */
class WhenSpec {
    StageSpec stage

    void expression(Closure body) {
        stage.condition = body
    }
}

/** `post { … }`. */
class PostSpec {
    Map<String, Closure> conditions

    void always(Closure body) {
        conditions.always = body
    }

    void aborted(Closure body) {
        conditions.aborted = body
    }

    void failure(Closure body) {
        conditions.failure = body
    }

    void success(Closure body) {
        conditions.success = body
    }

    void unsuccessful(Closure body) {
        conditions.unsuccessful = body
    }

    void cleanup(Closure body) {
        conditions.cleanup = body
    }
}

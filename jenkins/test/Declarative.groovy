import org.codehaus.groovy.control.CompilerConfiguration

/**
 * Runs a declarative Jenkinsfile without Jenkins: as much of the language as this
 * repository uses, and nothing that Jenkins would not take. A directive, a step or an
 * argument that is not listed here is an error of the Jenkinsfile.
 */
class Declarative {
    /** What a person entered; the file's own defaults come below it. */
    Map<String, Object> params = [:]
    /** What `env` holds, and what every shell sees. */
    Map<String, String> env = [:]
    /** Where shells run. */
    File workspace
    /** The step that is interrupted, as a person or a timeout does, by a part of its text. */
    String abortedAt
    /** Credentials by id: kind and content. */
    Map<String, Map> credentials = [:]

    /** Stages that ran, in order. */
    final List<String> stages = []
    /** Steps that ran: stage, step, text. */
    final List<Map> steps = []
    /** What shells printed, and what steps said. */
    final StringBuilder log = new StringBuilder()
    /** Files that were kept, by step. */
    final Map<String, List<String>> kept = [:].withDefault { [] }
    /** Options of the pipeline, and timeouts of its stages. */
    final Map<String, Object> options = [:]
    final Map<String, Map> timeouts = [:]
    /** Timeouts around steps, by stage. */
    final Map<String, Map> blocks = [:]
    Map agent = [:]
    String result = 'SUCCESS'
    String stage = 'before'
    Map<String, String> bound = [:]

    /** Runs the text to its end; the result is in `result`. */
    Declarative run(String jenkinsfile) {
        CompilerConfiguration configuration = new CompilerConfiguration()
        configuration.scriptBaseClass = JenkinsfileScript.name
        GroovyShell shell = new GroovyShell(getClass().classLoader, new Binding(), configuration)
        Script script = shell.parse(jenkinsfile, 'Jenkinsfile.groovy')
        script.setDeclarative(this)
        script.run()
        this
    }

    void play(PipelineSpec pipeline, Script script) {
        agent = pipeline.agentArguments
        params = pipeline.parameterDefaults + params
        try {
            pipeline.stageSpecs.each { spec -> playStage(spec, script) }
        } catch (Aborted aborted) {
            end('ABORTED', aborted)
        } catch (StepFailed failed) {
            end('FAILURE', failed)
        }
        // Jenkins' own order; a condition that fails does not keep the next from running.
        Map holds = [
            always: true, aborted: result == 'ABORTED', failure: result == 'FAILURE',
            success: result == 'SUCCESS', unsuccessful: result != 'SUCCESS', cleanup: true,
        ]
        stage = 'post'
        holds.each { name, isTrue ->
            Closure body = pipeline.postConditions[name]
            if (isTrue && body) {
                try {
                    inSteps(body, script)
                } catch (StepFailed failed) {
                    end('FAILURE', failed)
                }
            }
        }
    }

    private void playStage(StageSpec spec, Script script) {
        stage = spec.name
        timeouts[stage] = spec.timeout
        if (spec.condition == null || inSteps(spec.condition, script)) {
            stages << spec.name
            inSteps(spec.body, script)
        }
    }

    private void end(String how, Exception why) {
        result = result == 'SUCCESS' ? how : result
        log << "${why.message}\n"
    }

    /** A block in which steps are called. Names that are no steps are the script's. */
    Object inSteps(Closure body, Script script) {
        Closure closure = body.rehydrate(new Steps(declarative: this, script: script), script, script)
        closure.resolveStrategy = Closure.DELEGATE_FIRST
        closure.call()
    }

    /** A block of directives: nothing else may stand there. */
    static void inSpec(Closure body, Object spec) {
        Closure closure = body.rehydrate(spec, spec, spec)
        closure.resolveStrategy = Closure.DELEGATE_ONLY
        closure.call()
    }

    /** Refuses arguments that a step does not have, and a step without those that it needs. */
    static void check(String step, Map arguments, List<String> needed, List<String> possible = []) {
        List<String> unknown = (arguments.keySet() as List) - needed - possible
        List<String> missing = needed - arguments.keySet()
        if (unknown || missing) {
            throw new IllegalArgumentException("${step}: unknown ${unknown}, missing ${missing}")
        }
    }
}

/** What a Jenkinsfile is compiled into. */
abstract class JenkinsfileScript extends Script {
    Declarative declarative

    void pipeline(Closure body) {
        PipelineSpec spec = new PipelineSpec(declarative: declarative)
        Declarative.inSpec(body, spec)
        declarative.play(spec, this)
    }

    Map getParams() {
        declarative.params.asImmutable()
    }

    Map getEnv() {
        declarative.env
    }

    Map getScm() {
        [userRemoteConfigs: [[url: 'https://git.example/lab.git']]]
    }

    /** Steps in a function of the script. */
    Object methodMissing(String name, Object arguments) {
        new Steps(declarative: declarative, script: this).invokeMethod(name, arguments)
    }
}

/** A step went wrong, which ends the build. */
class StepFailed extends RuntimeException {
    StepFailed(String message) {
        super(message)
    }
}

/** A person or a timeout ended the build. */
class Aborted extends RuntimeException {
    Aborted(String message) {
        super(message)
    }
}

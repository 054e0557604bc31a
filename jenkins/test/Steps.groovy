import java.nio.file.FileSystems
import java.nio.file.PathMatcher

/** The steps that a stage can take. Shells run for real, in the workspace. */
class Steps {
    Declarative declarative
    Script script

    void sh(CharSequence text) {
        note('sh', text.toString())
        List<String> command = ['sh', '-xe', '-c', text.toString()]
        ProcessBuilder builder = new ProcessBuilder(command).directory(declarative.workspace)
        builder.redirectErrorStream(true)
        Map environment = builder.environment()
        environment.clear()
        Map variables = declarative.params + declarative.env + declarative.bound
        variables.each { name, value -> environment.put(name, value.toString()) }
        Process process = builder.start()
        declarative.log << process.inputStream.text
        int code = process.waitFor()
        if (declarative.abortedAt && text.toString().contains(declarative.abortedAt)) {
            throw new Aborted('interrupted')
        }
        if (code != 0) {
            throw new StepFailed("script returned exit code ${code}")
        }
    }

    void echo(CharSequence text) {
        note('echo', text.toString())
        declarative.log << "${text}\n"
    }

    void error(CharSequence text) {
        note('error', text.toString())
        throw new StepFailed(text.toString())
    }

    Map checkout(Map arguments) {
        Declarative.check('checkout', arguments, ['$class', 'branches', 'userRemoteConfigs'])
        note('checkout', arguments.branches[0].name)
        [GIT_COMMIT: 'c0ffee0123456789c0ffee0123456789c0ffee01']
    }

    boolean fileExists(String path) {
        new File(declarative.workspace, path).exists()
    }

    void script(Closure body) {
        declarative.inSteps(body, script)
    }

    void timeout(Map arguments, Closure body) {
        new OptionsSpec(found: [:]).timeout(arguments)
        declarative.blocks[declarative.stage] = arguments
        declarative.inSteps(body, script)
    }

    Map sshUserPrivateKey(Map arguments) {
        Declarative.check('sshUserPrivateKey', arguments, ['credentialsId', 'keyFileVariable'],
            ['usernameVariable', 'passphraseVariable'])
        [kind: 'ssh', id: arguments.credentialsId, variable: arguments.keyFileVariable]
    }

    Map file(Map arguments) {
        Declarative.check('file', arguments, ['credentialsId', 'variable'])
        [kind: 'file', id: arguments.credentialsId, variable: arguments.variable]
    }

    /** The variables name files outside of the workspace, which are gone afterwards. */
    void withCredentials(List<Map> bindings, Closure body) {
        List<File> files = []
        Map before = declarative.bound
        try {
            declarative.bound = before + bindings.collectEntries { binding ->
                Map secret = declarative.credentials[binding.id]
                if (secret?.kind != binding.kind) {
                    throw new StepFailed("no credentials of kind ${binding.kind}: ${binding.id}")
                }
                File secretFile = File.createTempFile('secret', '')
                files << secretFile
                secretFile.text = secret.content
                [binding.variable, secretFile.path]
            }
            declarative.inSteps(body, script)
        } finally {
            declarative.bound = before
            files*.delete()
        }
    }

    void junit(Map arguments) {
        Declarative.check('junit', arguments, ['testResults'], ['allowEmptyResults'])
        keep('junit', arguments.testResults, arguments.allowEmptyResults)
    }

    void archiveArtifacts(Map arguments) {
        Declarative.check('archiveArtifacts', arguments, ['artifacts'],
            ['allowEmptyArchive', 'fingerprint', 'excludes'])
        keep('archiveArtifacts', arguments.artifacts, arguments.allowEmptyArchive)
    }

    private void keep(String step, String pattern, Boolean mayBeEmpty) {
        PathMatcher matcher = FileSystems.default.getPathMatcher("glob:${pattern}")
        List<String> found = []
        declarative.workspace.eachFileRecurse(groovy.io.FileType.FILES) { file ->
            java.nio.file.Path path = declarative.workspace.toPath().relativize(file.toPath())
            if (matcher.matches(path)) {
                found << path.toString()
            }
        }
        note(step, pattern)
        declarative.kept[step].addAll(found.sort())
        if (!found && !mayBeEmpty) {
            throw new StepFailed("${step}: nothing matches ${pattern}")
        }
    }

    private void note(String step, String text) {
        declarative.steps << [stage: declarative.stage, step: step, text: text]
    }
}

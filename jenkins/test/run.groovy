// Runs the Jenkinsfile through its ways to end: `groovy run.groovy JENKINSFILE FOLDER`.
//
// The folder gets `calls`, cargo's arguments where all goes well and where a way back is
// taken, one call a line.
// Then the file is broken in ways that matter, and some case has to notice each.

final String KEY = 'PRIVATE-KEY-OF-THE-TEST'
final List<String> STAGES =
    ['Checkout', 'Lint', 'Test', 'Build images', 'Scan', 'Deploy', 'Verify', 'SLO gate']
final String TARGET = '--host deploy@lab.example:2222 --dir /srv/lab --project lab'

File jenkinsfile = new File(args[0])
File folder = new File(args[1])
File standIns = new File(new File(getClass().protectionDomain.codeSource.location.toURI()).parentFile, 'bin')

/** One build: what came of it, and how cargo was called. */
class Build {
    Declarative run
    List<String> calls

    /** The calls by their first two words, such as `xtask deploy`. */
    List<String> getPrograms() {
        calls.collect { line -> line.split('\t')[1..2].join(' ') }
    }

    /** The call's arguments in one line; `null` where it was not made. */
    String call(String words) {
        calls.find { line -> line.replace('\t', ' ').contains(words) }?.split('\t')?.tail()?.join(' ')
    }
}

int counter = 0
Closure<Build> build = { String text, Map given = [:] ->
    File workspace = new File(folder, "workspace-${counter++}")
    workspace.deleteDir()
    workspace.mkdirs()
    File calls = new File(workspace, 'calls')
    calls.createNewFile()
    Declarative run = new Declarative(
        workspace: workspace,
        params: [TARGET_HOST: 'lab.example:2222'] + (given.params ?: [:]),
        abortedAt: given.abortedAt,
        env: [
            BUILD_NUMBER: '7', WORKSPACE: workspace.path, PATH: "${standIns}:/usr/bin:/bin", CALLS: calls.path,
            FAILS: given.fails ?: '', ENGINE: given.engine ?: 'yes',
        ],
        credentials: [
            'lab-deploy-key': [kind: 'ssh', content: KEY],
            'lab-known-hosts': [kind: 'file', content: 'lab.example ssh-ed25519 AAAA'],
        ],
    )
    run.run(text)
    new Build(run: run, calls: calls.readLines())
}

Map<String, Closure> cases = [
    'all goes well': { String text ->
        Build all = build(text)
        assert all.run.result == 'SUCCESS'
        assert all.run.stages == STAGES
        assert all.programs == ['xtask lint', 'xtask test', 'xtask images', 'xtask sbom', 'xtask scan',
            'xtask deploy', 'xtask verify-host', 'run --quiet']
        assert all.call('xtask test') == 'xtask test --junit target/reports/test.xml'
        assert all.call('xtask images').endsWith('--tag 7-c0ffee012345 --archive target/images.tar')
        assert all.call('xtask scan') == 'xtask scan --images 7-c0ffee012345'
        String deploy = all.call('xtask deploy')
        assert deploy.startsWith('xtask deploy --version 7-c0ffee012345')
        assert deploy.contains("--images-from target/images.tar ${TARGET} --identity /")
        assert all.call('xtask verify-host').contains(TARGET)
        assert all.call('run --quiet').contains('--target http://lab.example:8080 ')
        assert all.run.steps.find { it.step == 'checkout' }.text == 'main'
        all
    },
    'every report is kept': { String text ->
        Build all = build(text)
        assert all.run.kept.junit == ['target/reports/test.xml']
        assert all.run.kept.archiveArtifacts == ['deploy.json', 'sbom/backend.cdx.json', 'slo.html',
            'slo.json', 'test.xml', 'verify.json'].collect { "target/reports/${it}".toString() }
    },
    'the key is there for the target alone': { String text ->
        Build all = build(text, [fails: '--target'])
        all.calls.each { line ->
            boolean isForTarget = line.contains('\t--host\t')
            assert line.startsWith(isForTarget ? 'here\t' : 'none\t') : line
        }
        assert all.calls.count { line -> line.startsWith('here') } == 3
        assert !all.run.log.contains(KEY)
        assert all.run.bound.isEmpty()
        all.calls*.split('\t')*.findAll { it.contains('/secret') }.flatten().each { path ->
            assert !new File(path).exists()
        }
    },
    'what keeps builds apart and short': { String text ->
        Build all = build(text)
        assert all.run.options.disableConcurrentBuilds
        assert all.run.options.buildDiscarder.numToKeepStr
        assert all.run.options.timeout.unit == 'HOURS'
        assert all.run.timeouts.keySet() as List == STAGES
        assert all.run.timeouts.values().every { it }
        assert all.run.agent.dir == 'jenkins'
        assert all.run.params.keySet() ==
            ['TARGET_HOST', 'TARGET_USER', 'PROJECT', 'GIT_REF', 'DOOR_PORT', 'SLO_GATE'] as Set
    },
    'limits of time add up': { String text ->
        Build failed = build(text, [fails: 'verify-host'])
        Closure<Integer> minutes = { String call, String option ->
            (failed.call("xtask ${call}") =~ /--${option} (\d+)m /)[0][1] as Integer
        }
        // As deploy/src/commands/run.rs has it.
        Closure<Integer> run = { String call ->
            minutes(call, 'build-timeout') + 15 +
                2 * (minutes(call, 'up-timeout') + minutes(call, 'verify-timeout'))
        }
        Closure<Integer> inMinutes = { Map limit ->
            java.util.concurrent.TimeUnit.valueOf(limit.unit).toMinutes(limit.time) as Integer
        }
        int wait = minutes('rollback', 'lock-wait')
        assert wait > run('deploy')
        assert inMinutes(failed.run.timeouts.Deploy) > minutes('deploy', 'copy-timeout') + run('deploy')
        assert inMinutes(failed.run.blocks.post) > wait + run('rollback')
        Build all = build(text)
        assert inMinutes(all.run.options.timeout) >
            all.run.timeouts.values().collect(inMinutes).sum() + inMinutes(failed.run.blocks.post)
    },
    'without an engine the target builds': { String text ->
        Build all = build(text, [engine: 'no'])
        assert all.run.result == 'SUCCESS'
        assert !all.call('xtask deploy').contains('--images-from')
        assert all.call('xtask scan') == 'xtask scan'
    },
    'a test fails': { String text ->
        Build failed = build(text, [fails: 'xtask test'])
        assert failed.run.result == 'FAILURE'
        assert failed.run.stages == STAGES.take(3)
        assert failed.programs == ['xtask lint', 'xtask test']
        assert failed.run.kept.junit == ['target/reports/test.xml']
    },
    'the deployment fails': { String text ->
        Build failed = build(text, [fails: 'xtask deploy'])
        assert failed.run.result == 'FAILURE'
        assert failed.run.stages.last() == 'Deploy'
        assert failed.programs.takeRight(2) == ['xtask deploy', 'xtask rollback']
        assert failed.call('xtask rollback').startsWith('xtask rollback --from 7-c0ffee012345 ')
        assert failed.run.kept.archiveArtifacts.contains('target/reports/deploy.json')
    },
    'verification fails': { String text ->
        Build failed = build(text, [fails: 'verify-host'])
        assert failed.run.result == 'FAILURE'
        assert failed.run.stages.last() == 'Verify'
        assert failed.programs.drop(5) == ['xtask deploy', 'xtask verify-host', 'xtask rollback']
        assert failed.call('xtask rollback').startsWith('xtask rollback --from 7-c0ffee012345 ')
        assert failed.call('xtask rollback').contains(TARGET)
        assert failed.run.kept.archiveArtifacts.containsAll(
            ['target/reports/rollback.json', 'target/reports/verify.json'])
        failed
    },
    'an objective is missed': { String text ->
        Build failed = build(text, [fails: '--target'])
        assert failed.run.result == 'FAILURE'
        assert failed.run.stages == STAGES
        assert failed.programs.last() == 'xtask rollback'
        assert failed.run.kept.archiveArtifacts.contains('target/reports/slo.html')
    },
    'a person interrupts what has begun': { String text ->
        ['deploy --version', 'verify-host'].each { where ->
            Build aborted = build(text, [abortedAt: where])
            assert aborted.run.result == 'ABORTED'
            assert aborted.programs.last() == 'xtask rollback'
        }
    },
    'a person interrupts what has not': { String text ->
        Build aborted = build(text, [abortedAt: 'xtask images'])
        assert aborted.run.result == 'ABORTED'
        assert aborted.programs.last() == 'xtask images'
    },
    'the way back fails as well': { String text ->
        Build back = build(text, [fails: 'rollback', abortedAt: 'verify-host'])
        assert back.run.result == 'ABORTED'
        assert back.programs.last() == 'xtask rollback'
        assert back.run.kept.archiveArtifacts.contains('target/reports/rollback.json')
    },
    'the gate is off': { String text ->
        Build all = build(text, [params: [SLO_GATE: false]])
        assert all.run.result == 'SUCCESS'
        assert all.run.stages == STAGES - 'SLO gate'
        assert all.programs.last() == 'xtask verify-host'
    },
    'parameters that are not usable': { String text ->
        Map<String, List<String>> bad = [
            TARGET_HOST: ['', '-oProxyCommand=id', 'lab example', 'lab;id', '$(id)', 'lab:22:1', 'lab\nid', 'a@b'],
            TARGET_USER: ['', '-l', 'root;id', 'a b', 'a@b'],
            DOOR_PORT: ['', '0', '-1', '8080;id', '$HOME', '123456', '80 80'],
            PROJECT: ['', '-p', '../etc', 'a/b', 'lab lab', '$HOME'],
            GIT_REF: ['', '-main', '--upload-pack=id', 'main branch', 'a`id`'],
        ]
        bad.each { name, values ->
            values.each { value ->
                Build refused = build(text, [params: [(name): value]])
                assert refused.run.result == 'FAILURE' : "${name}=${value}"
                assert refused.calls.isEmpty() : "${name}=${value}"
                assert !refused.run.steps.any { it.step in ['sh', 'checkout'] } : "${name}=${value}"
                assert refused.run.log.contains("${name} is not usable")
            }
        }
    },
    'parameters arrive as they are': { String text ->
        Map params = [
            TARGET_HOST: 'a-b.example', TARGET_USER: '_ci-1', PROJECT: 'lab_2', GIT_REF: 'v1.0/x', DOOR_PORT: '8081',
        ]
        Build all = build(text, [params: params])
        assert all.run.result == 'SUCCESS'
        assert all.call('xtask deploy').contains('--host _ci-1@a-b.example --dir /srv/lab_2 --project lab_2')
        assert all.call('run --quiet').contains('--target http://a-b.example:8081 ')
        assert all.run.steps.find { it.step == 'checkout' }.text == 'v1.0/x'
    },
    'no shell text holds what Groovy put there': { String text ->
        assert !(text =~ /(?s)\bsh\s*\(?\s*("|\[|script:)/).find()
        assert !text.contains('set -x')
    },
]

/** The first case that does not hold, or `null`. */
Closure<String> firstBroken = { String text ->
    cases.findResult { name, body ->
        try {
            body(text)
            null
        } catch (Throwable problem) {
            "${name}: ${problem.message ?: problem}"
        }
    }
}

// Each of these has to be noticed.
Map<String, List<String>> mutations = [
    'no way back': ['unsuccessful {', 'success {'],
    'the way back after every failure': ["if (env.DEPLOY_BEGUN == 'true')", 'if (true)'],
    'a way back from any release': ['rollback --from "$LAB_VERSION"', 'rollback'],
    'tests that are not run': ["sh 'cargo xtask test --junit target/reports/test.xml'", "echo 'tested'"],
    'a gate that is always open': ['expression { params.SLO_GATE }', 'expression { false }'],
    'a gate that is always on': ['expression { params.SLO_GATE }', 'expression { true }'],
    'a parameter through Groovy': ["sh 'cargo xtask lint'", 'sh "cargo xtask lint # ${params.GIT_REF}"'],
    'a gate before another lab': [':$DOOR_PORT"', ':8080"'],
    'a way back that gives up': ['--lock-wait 110m', '--lock-wait 20m'],
    'a deployment that is cut short': ['timeout(time: 160,', 'timeout(time: 100,'],
    'an unquoted parameter': ['"$TARGET_USER@$TARGET_HOST"', '$TARGET_HOST'],
    'a host that is not judged': ["demand('TARGET_HOST',", "String unused = ('x' +"],
    'reports that are not kept': ["artifacts: 'target/reports/**'", "artifacts: 'target/*'"],
    'a printed key': ["sh 'cargo xtask ' + command", "sh 'cat \"\$DEPLOY_KEY\"; cargo xtask ' + command"],
    'builds side by side': ['disableConcurrentBuilds()', ''],
    'credentials of another name': ["credentialsId: 'lab-deploy-key'", "credentialsId: 'key'"],
    'a step that Jenkins does not know': ["sh 'cargo xtask lint'", "shell 'cargo xtask lint'"],
    'a misspelt directive': ['    post {', '    posts {'],
]

// Together they call every program.
List<String> noted = ['all goes well', 'verification fails']
String text = jenkinsfile.text
String broken = firstBroken(text)
if (broken) {
    System.err.println(broken)
    System.exit(1)
}
new File(folder, 'calls').text =
    noted.collectMany { name -> cases[name](text).calls }.unique().join('\n') + '\n'
List<String> unnoticed = mutations.findResults { name, change ->
    assert text.contains(change[0]) : "${name}: the Jenkinsfile has no ${change[0]}"
    firstBroken(text.replace(change[0], change[1])) ? null : name
}
if (unnoticed) {
    System.err.println("no case notices: ${unnoticed.join(', ')}")
    System.exit(1)
}
println "${cases.size()} cases hold, ${mutations.size()} mutations are noticed, ${counter} builds"

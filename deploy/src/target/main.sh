# Reads the arguments and goes to work.

main() {
    command=$1
    shift
    dir='' project='' version='' revision='' what='' who='' wait=0 run='' offset=0
    archive='' keep=5 only_from='' plan='' sequence=0
    build_seconds=3600 up_seconds=300 verify_seconds=300
    for argument; do
        value=${argument#*=}
        case $argument in
            dir=*) dir=$value ;;
            project=*) project=$value ;;
            version=*) version=$value ;;
            revision=*) revision=$value ;;
            what=*) what=$value ;;
            who=*) who=$value ;;
            wait=*) wait=$value ;;
            run=*) run=$value ;;
            offset=*) offset=$value ;;
            archive=*) archive=$value ;;
            keep=*) keep=$value ;;
            only_from=*) only_from=$value ;;
            sequence=*) sequence=$value ;;
            build_seconds=*) build_seconds=$value ;;
            up_seconds=*) up_seconds=$value ;;
            verify_seconds=*) verify_seconds=$value ;;
            *) exit 64 ;;
        esac
    done
    case $command in
        checks | session | settings | run | follow | result | list | planned | verified) "$command" ;;
        *) exit 64 ;;
    esac
}

main "$@"

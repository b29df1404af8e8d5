# shellcheck shell=bash
# Fuzzing: the parsers of what comes from outside are fed mutants of a corpus; no server takes part.

fuzz() {
  local seconds=600 seed=$RANDOM target=()
  while (($# > 0)); do
    case $1 in
      --seconds) seconds=${2-} ;;
      --seed) seed=${2-} ;;
      -*) usage_error "fuzz: unknown argument $1" ;;
      *) target=(FUZZ_TARGET="$1"); shift; continue ;;
    esac
    shift 2 || usage_error "fuzz: an option needs a number"
  done
  [[ $seconds =~ ^[1-9][0-9]{0,5}$ && $seed =~ ^[0-9]{1,18}$ ]] || usage_error "--seconds and --seed take numbers"
  install_packages
  mkdir -p "$home/fuzz"
  say "fuzzing for $seconds s a parser, seed $seed; after a crash, $home/fuzz holds each parser's last input"
  env "${target[@]}" FUZZ_SECONDS="$seconds" FUZZ_SEED="$seed" FUZZ_FOLDER="$home/fuzz" \
    swift test --package-path "$repository" --no-parallel --filter '^FuzzingTests\.' 9>&-
}

# shellcheck shell=bash
# The documentation of the shared modules, as DocC makes it of what their sources say.

# Each module by itself, since each can be used by itself. A warning ends it.
docs() {
  (($# == 0)) || usage_error "docs: unknown argument $1"
  install_packages
  build_services
  local folder map name
  local -a search=(-I "$binaries/Modules" -Xcc "-I$(pg_config --includedir)")
  for folder in "$repository"/Shared/System/*/; do search+=(-I "$folder"); done
  # The C that modules of packages import: what the build wrote of it, and what the packages bring.
  while read -r map; do search+=(-Xcc "-fmodule-map-file=$map"); done < <(
    find "$binaries/" -path '*.build/module.modulemap'
    find "$repository/.build/checkouts" -path '*/include/*' -name module.modulemap
  )
  rm -rf -- "$home/docs"
  for folder in "$repository"/Shared/*/; do
    name=$(basename "$folder")
    [[ $name != System ]] || continue
    mkdir -p "$home/docs/symbols/$name"
    swift symbolgraph-extract -module-name "$name" "${search[@]}" -target "$(uname -m)-unknown-linux-gnu" \
      -minimum-access-level public -output-dir "$home/docs/symbols/$name" ||
      die "swift symbolgraph-extract $name" "read the compiler's message above"
    docc convert --additional-symbol-graph-dir "$home/docs/symbols/$name" --fallback-display-name "$name" \
      --fallback-bundle-identifier "tenant-kms.$name" --warnings-as-errors --output-path "$home/docs/$name" ||
      die "docc convert $name" "mend what is named above"
  done
  say "docs: ok, in $home/docs"
}

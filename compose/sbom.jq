# Makes a CycloneDX 1.5 bill of materials: the pins of Package.resolved (standard input) and the lines of dpkg-query
# (`--rawfile packages`, each "name version architecture"); `--arg name`, `--arg version`, `--arg base`.

def swift_package:
  (.location | sub("^https://"; "") | sub("\\.git$"; "")) as $place
  | (.state.version // .state.revision) as $version
  | {
      type: "library",
      name: .identity,
      version: $version,
      purl: "pkg:swift/\($place)@\($version)",
      hashes: [{alg: "SHA-1", content: .state.revision}]
    };

def debian_package:
  split(" ") as [$name, $version, $architecture]
  | {
      type: "library",
      name: $name,
      version: $version,
      purl: "pkg:deb/debian/\($name)@\($version | @uri)?arch=\($architecture)&distro=debian-12"
    };

{
  bomFormat: "CycloneDX",
  specVersion: "1.5",
  version: 1,
  metadata: {
    component: {type: "application", name: $name, version: $version},
    properties: [{name: "base", value: $base}]
  },
  components: (
    [.pins | sort_by(.identity)[] | swift_package]
    + [$packages | split("\n") | sort[] | select(. != "") | debian_package]
  )
}

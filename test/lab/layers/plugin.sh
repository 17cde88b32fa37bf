# build_plugin HOME: compiles the lab's analysis plugin against the Elasticsearch in HOME and installs it there.
build_plugin() {
  local home=$1 classes=$ROOT/tmp/classes jars target=$ROOT$1/plugins/lab-analysis
  mkdir -p "$classes" "$target"
  jars=$(cd "$ROOT" && find ".$home/lib" -maxdepth 1 -name '*.jar' | sed 's|^\.||' | paste -sd:)
  chroot "$ROOT" java -XX:TieredStopAtLevel=1 -jar "/tmp/in/$COMPILER" -"$JAVA" -nowarn -proc:none \
    -cp "$jars" -d /tmp/classes /tmp/in/LabAnalysis.java
  (cd "$classes" && zip -q -r "$target/lab-analysis.jar" .)
  cat >"$target/plugin-descriptor.properties" <<END
name=lab-analysis
description=Stands in for the analysis module that the test distribution lacks
version=1
classname=lab.LabAnalysis
java.version=$JAVA
elasticsearch.version=$VERSION
END
  chmod 644 "$target"/*
}

// One node of OpenSearch in this process, HTTP on loopback; run as source by a JDK.
//   java -cp 'JARS/*' Node.java HOME HTTP_PORT TRANSPORT_PORT
// Data and logs go to HOME. SIGTERM ends it.

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.opensearch.analysis.common.CommonAnalysisPlugin;
import org.opensearch.common.settings.Settings;
import org.opensearch.node.InternalSettingsPreparer;
import org.opensearch.transport.Netty4Plugin;

public class Node extends org.opensearch.node.Node {
  Node(Settings settings) {
    super(InternalSettingsPreparer.prepareEnvironment(settings, Map.of(), null, () -> "node"),
        List.of(Netty4Plugin.class, CommonAnalysisPlugin.class), false);
  }

  public static void main(String[] arguments) throws Exception {
    Path home = Path.of(arguments[0]).toAbsolutePath();
    Node node = new Node(Settings.builder()
        .put("path.home", home)
        .put("path.data", home.resolve("data"))
        .put("path.logs", home.resolve("logs"))
        .put("cluster.name", "waybill-tests")
        .put("node.name", "node")
        .put("discovery.type", "single-node")
        .put("network.host", "127.0.0.1")
        .put("http.port", arguments[1])
        .put("transport.port", arguments[2])
        .put("transport.type", "netty4")
        .put("http.type", "netty4")
        // Else a disk that is nearly full makes each write a 429.
        .put("cluster.routing.allocation.disk.threshold_enabled", false)
        .build());
    Runtime.getRuntime().addShutdownHook(new Thread(() -> {
      try {
        node.close();
      } catch (Exception ignored) {
        // The process ends anyhow.
      }
    }));
    node.start();
    Thread.currentThread().join();
  }
}

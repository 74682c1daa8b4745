package waybill.bench;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.StringJoiner;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StoreQueryParameters;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.QueryableStoreTypes;
import org.apache.kafka.streams.state.ReadOnlyKeyValueStore;

/**
 * The timeline and the counters kept by Kafka Streams, exactly once, on RocksDB: what our projector
 * is compared with.
 *
 * <p>Arguments: BOOTSTRAP TOPIC [--cache-timeline] [SETTING=VALUE...], where settings are those of
 * StreamsConfig; a cache in front of the timeline, whose keys come once each, makes it slower.
 *
 * <p>Reads the topic from its beginning to where it ended at the start, with one stream thread, and
 * prints one line: events, seconds from the first record processed until the offset of the last is
 * committed, events a second, the same for the second half alone and for a second of the stream
 * thread's processor time, then rows and counters as the stores hold them. Its state and its
 * changelog topics are removed at the end.
 */
public final class StreamsBench {
  // Seldom while there is work, not to take part in what is measured; often at its end.
  private static final Duration POLL = Duration.ofMillis(100);
  private static final Duration POLL_AT_END = Duration.ofMillis(5);
  private static final Duration CLOSE = Duration.ofSeconds(30);
  private static final int MEBI = 1 << 20;

  public static void main(String[] arguments) throws Exception {
    if (arguments.length < 2) {
      System.err.println("usage: StreamsBench BOOTSTRAP TOPIC [--cache-timeline] [SETTING=VALUE...]");
      System.exit(2);
    }
    final boolean cacheTimeline = List.of(arguments).contains("--cache-timeline");
    final String application = "waybill-bench-" + ProcessHandle.current().pid();
    final Path state = Files.createTempDirectory("waybill-streams-");
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", arguments[0]))) {
      final String topic = arguments[1];
      final Map<TopicPartition, Long> ends = offsets(admin, topic, OffsetSpec.latest());
      final long expected = sum(ends) - sum(offsets(admin, topic, OffsetSpec.earliest()));
      final Progress progress = new Progress(expected);
      final StreamsBuilder builder = new StreamsBuilder();
      builder.stream(topic, Consumed.with(Serdes.ByteArray(), Serdes.ByteArray()))
          .process(new Views(progress, cacheTimeline));
      final Properties settings = settings(arguments[0], application, state);
      Arrays.stream(arguments).skip(2).map(word -> word.split("=", 2))
          .filter(pair -> pair.length == 2).forEach(pair -> settings.put(pair[0], pair[1]));
      final KafkaStreams streams = new KafkaStreams(builder.build(), settings);
      streams.setUncaughtExceptionHandler(failure -> {
        failure.printStackTrace();
        return StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
      });
      try {
        streams.start();
        while (progress.events() < expected && runs(streams)) Thread.sleep(POLL.toMillis());
        while (!committed(admin, application, ends) && runs(streams)) {
          Thread.sleep(POLL_AT_END.toMillis());
        }
        if (!runs(streams)) throw new IllegalStateException("the streams ended");
        report(streams, progress, System.nanoTime());
      } finally {
        streams.close(CLOSE);
        remove(admin, application);
        remove(state);
      }
    }
  }

  /**
   * What is not here has its default: RocksDB's settings, 100 ms between commits, which is the
   * default of exactly once, and changelogs. Larger are what helps a reader that has much to catch
   * up with: batches, fetches and the cache.
   */
  private static Properties settings(String bootstrap, String application, Path state) {
    final Properties out = new Properties();
    out.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrap);
    out.put(StreamsConfig.APPLICATION_ID_CONFIG, application);
    out.put(StreamsConfig.STATE_DIR_CONFIG, state.toString());
    out.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
    out.put(StreamsConfig.NUM_STREAM_THREADS_CONFIG, 1);
    out.put(StreamsConfig.REPLICATION_FACTOR_CONFIG, 1);
    out.put(StreamsConfig.STATESTORE_CACHE_MAX_BYTES_CONFIG, 64 * MEBI);
    out.put(StreamsConfig.BUFFERED_RECORDS_PER_PARTITION_CONFIG, 10_000);
    out.put(StreamsConfig.consumerPrefix("auto.offset.reset"), "earliest");
    out.put(StreamsConfig.consumerPrefix("max.poll.records"), 10_000);
    out.put(StreamsConfig.consumerPrefix("max.partition.fetch.bytes"), 8 * MEBI);
    out.put(StreamsConfig.producerPrefix("batch.size"), MEBI / 4);
    out.put(StreamsConfig.producerPrefix("buffer.memory"), 64 * MEBI);
    return out;
  }

  private static Map<TopicPartition, Long> offsets(Admin admin, String topic, OffsetSpec where)
      throws Exception {
    final var partitions =
        admin.describeTopics(List.of(topic)).allTopicNames().get().get(topic).partitions();
    final Map<TopicPartition, OffsetSpec> asked = new HashMap<>();
    partitions.forEach(one -> asked.put(new TopicPartition(topic, one.partition()), where));
    return admin.listOffsets(asked).all().get().entrySet().stream()
        .collect(Collectors.toMap(Map.Entry::getKey, entry -> entry.getValue().offset()));
  }

  private static long sum(Map<TopicPartition, Long> offsets) {
    return offsets.values().stream().mapToLong(Long::longValue).sum();
  }

  private static boolean runs(KafkaStreams streams) {
    return !streams.state().hasCompletedShutdown() && !streams.state().isShuttingDown();
  }

  private static boolean committed(Admin admin, String group, Map<TopicPartition, Long> ends)
      throws Exception {
    final var offsets = admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata().get();
    return ends.entrySet().stream().allMatch(end -> end.getValue() == 0
        || offsets.get(end.getKey()) != null
        && offsets.get(end.getKey()).offset() >= end.getValue());
  }

  private static void report(KafkaStreams streams, Progress progress, long ended) {
    final double seconds = progress.secondsUntil(ended);
    final long events = progress.events();
    final double ofSecondHalf =
        (events - progress.half()) / progress.secondsOfSecondHalfUntil(ended);
    final StringJoiner line = new StringJoiner(" ");
    line.add("streams events=" + events);
    line.add(String.format("seconds=%.3f", seconds));
    line.add(String.format("events_per_second=%.0f", events / seconds));
    line.add(String.format("second_half_events_per_second=%.0f", ofSecondHalf));
    line.add(String.format("events_per_cpu_second=%.0f", events / progress.processorSeconds()));

    long rows = 0;
    try (KeyValueIterator<Bytes, byte[]> all = store(streams, Views.TIMELINE).all()) {
      for (; all.hasNext(); all.next()) ++rows;
    }
    line.add("timeline_rows=" + rows);
    final long[] counts = new long[Counters.NAMES.length];
    try (KeyValueIterator<Bytes, byte[]> all = store(streams, Views.COUNTERS).all()) {
      while (all.hasNext()) {
        final ByteBuffer row = ByteBuffer.wrap(all.next().value);
        for (int i = 0; i < counts.length; ++i) counts[i] += row.getLong();
      }
    }
    for (int i = 0; i < counts.length; ++i) line.add(Counters.NAMES[i] + "=" + counts[i]);
    System.out.println(line);
  }

  private static ReadOnlyKeyValueStore<Bytes, byte[]> store(KafkaStreams streams, String name) {
    return streams.store(
        StoreQueryParameters.fromNameAndType(name, QueryableStoreTypes.keyValueStore()));
  }

  private static void remove(Admin admin, String application) throws Exception {
    final List<String> internal = admin.listTopics().names().get().stream()
        .filter(name -> name.startsWith(application + "-")).toList();
    admin.deleteTopics(internal).all().get();
  }

  private static void remove(Path directory) throws IOException {
    final List<Path> all;
    try (var found = Files.walk(directory)) {
      all = found.sorted(Comparator.reverseOrder()).toList();
    }
    for (final Path one : all) Files.delete(one);
  }

  private StreamsBench() { }
}

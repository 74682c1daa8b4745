package waybill.bench;

import com.google.protobuf.InvalidProtocolBufferException;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.processor.api.ContextualProcessor;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.ProcessorSupplier;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.StoreBuilder;
import org.apache.kafka.streams.state.Stores;
import waybill.events.v1.EventOuterClass.Event;

/** Both views in one processor: an event is parsed once. */
final class Views implements ProcessorSupplier<byte[], byte[], Void, Void> {
  static final String TIMELINE = "timeline";
  static final String COUNTERS = "counters";

  private final Progress progress;
  private final boolean cacheTimeline;

  Views(Progress progress, boolean cacheTimeline) {
    this.progress = progress;
    this.cacheTimeline = cacheTimeline;
  }

  @Override
  public Set<StoreBuilder<?>> stores() {
    return Set.of(store(TIMELINE, cacheTimeline), store(COUNTERS, true));
  }

  private static StoreBuilder<KeyValueStore<Bytes, byte[]>> store(String name, boolean cached) {
    final var builder = Stores.keyValueStoreBuilder(
        Stores.persistentKeyValueStore(name), Serdes.Bytes(), Serdes.ByteArray());
    builder.withLoggingEnabled(Map.of());
    return cached ? builder.withCachingEnabled() : builder.withCachingDisabled();
  }

  @Override
  public Processor<byte[], byte[], Void, Void> get() {
    return new Fold();
  }

  private final class Fold extends ContextualProcessor<byte[], byte[], Void, Void> {
    private Timeline timeline;
    private Counters counters;

    @Override
    public void init(ProcessorContext<Void, Void> context) {
      super.init(context);
      timeline = new Timeline(context.getStateStore(TIMELINE));
      counters = new Counters(context.getStateStore(COUNTERS));
    }

    @Override
    public void process(Record<byte[], byte[]> record) {
      progress.begin();
      try {
        final Event event = Event.parseFrom(record.value());
        timeline.fold(event, context().recordMetadata().orElseThrow().offset());
        counters.fold(event);
      } catch (InvalidProtocolBufferException failure) {
        throw new IllegalStateException("a record is no event", failure);
      }
      progress.end();
    }
  }
}

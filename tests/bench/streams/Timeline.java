package waybill.bench;

import com.google.protobuf.ByteString;
import java.nio.ByteBuffer;
import java.util.List;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.state.KeyValueStore;
import waybill.events.v1.EventOuterClass.ChosenTarget;
import waybill.events.v1.EventOuterClass.Event;

/**
 * A row for alias, sender and each target of an event, newest first under the address, as
 * projector/views/timeline.cc keeps them. The key has the address itself where ours has a hash of
 * it: that is less work.
 */
final class Timeline {
  private static final byte ALIAS = 1;
  private static final byte SENDER = 2;
  private static final byte TARGET = 3;

  private final KeyValueStore<Bytes, byte[]> store;
  private final TimelineRow row = new TimelineRow();
  private final RowWriter writer = new RowWriter();

  Timeline(KeyValueStore<Bytes, byte[]> store) {
    this.store = store;
  }

  void fold(Event event, long offset) {
    if (event.getBodyCase() == Event.BodyCase.BODY_NOT_SET) return;
    ByteString target = targetOf(event);
    ByteString deliveryId = event.getDeliveryId();
    final List<ChosenTarget> chosen = event.getAccepted().getTargetsList();
    if (chosen.size() == 1) {
      target = chosen.get(0).getTargetBytes();
      deliveryId = chosen.get(0).getDeliveryId();
    } else if (chosen.size() > 1) {
      target = joined(chosen);
    }
    final byte[] line = row.of(event, target, deliveryId, writer);
    put(ALIAS, event.getAliasBytes(), event, offset, line);
    put(SENDER, event.getSenderBytes(), event, offset, line);
    if (chosen.size() <= 1) {
      put(TARGET, target, event, offset, line);
      return;
    }
    for (final ChosenTarget one : chosen) {
      put(TARGET, one.getTargetBytes(), event, offset,
          row.of(event, one.getTargetBytes(), one.getDeliveryId(), writer));
    }
  }

  private void put(byte role, ByteString address, Event event, long offset, byte[] line) {
    if (address.isEmpty()) return;
    final int length = role == TARGET ? withoutPort(address) : address.size();
    final ByteBuffer key = ByteBuffer.allocate(1 + length + 1 + 2 * Long.BYTES);
    key.put(role);
    address.substring(0, length).copyTo(key);
    key.put((byte) 0).putLong(~event.getOccurredAt()).putLong(~offset);
    store.put(Bytes.wrap(key.array()), line);
  }

  /** "user@domain:2525" is found as "user@domain": the length of that. */
  private static int withoutPort(ByteString address) {
    int end = address.size();
    while (end > 0 && address.byteAt(end - 1) >= '0' && address.byteAt(end - 1) <= '9') --end;
    final boolean hasPort = end > 0 && end < address.size() && address.byteAt(end - 1) == ':';
    return hasPort ? end - 1 : address.size();
  }

  private static ByteString joined(List<ChosenTarget> chosen) {
    ByteString all = ByteString.EMPTY;
    for (final ChosenTarget one : chosen) {
      if (!all.isEmpty()) all = all.concat(ByteString.copyFromUtf8(", "));
      all = all.concat(one.getTargetBytes());
    }
    return all;
  }

  private static ByteString targetOf(Event event) {
    return switch (event.getBodyCase()) {
      case FORWARDED -> event.getForwarded().getTargetBytes();
      case REJECTED -> event.getRejected().getTargetBytes();
      case DEFERRED -> event.getDeferred().getTargetBytes();
      case BOUNCED -> event.getBounced().getTargetBytes();
      case IN_DOUBT -> event.getInDoubt().getTargetBytes();
      default -> ByteString.EMPTY;
    };
  }
}

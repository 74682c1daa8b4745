package waybill.bench;

import com.google.protobuf.ByteString;
import java.util.Arrays;

/** The numbers and strings of a row (projector/row_codec.h), into a buffer that is used again. */
final class RowWriter {
  private byte[] octets = new byte[1024];
  private int size = 0;

  void clear() {
    size = 0;
  }

  byte[] copy() {
    return Arrays.copyOf(octets, size);
  }

  void octet(int value) {
    reserve(1);
    octets[size++] = (byte) value;
  }

  void varint(long value) {
    reserve(10);
    while ((value & ~0x7fL) != 0) {
      octets[size++] = (byte) (value | 0x80);
      value >>>= 7;
    }
    octets[size++] = (byte) value;
  }

  void fixed64(long value) {
    reserve(8);
    for (int shift = 56; shift >= 0; shift -= 8) octets[size++] = (byte) (value >>> shift);
  }

  void raw(ByteString value) {
    raw(value, value.size());
  }

  /** The first `length` octets of it. */
  void raw(ByteString value, int length) {
    reserve(length);
    (length == value.size() ? value : value.substring(0, length)).copyTo(octets, size);
    size += length;
  }

  void string(ByteString value) {
    string(value, value.size());
  }

  void string(ByteString value, int length) {
    varint(length);
    raw(value, length);
  }

  private void reserve(int more) {
    if (size + more > octets.length) octets = Arrays.copyOf(octets, 2 * (size + more));
  }
}

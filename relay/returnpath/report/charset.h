// Text of any charset as UTF-8. The only place that knows iconv.
//
// Never fails: what a charset cannot mean becomes "?". Linear in the input, any thread.
#pragma once

#include <string>
#include <string_view>

namespace waybill::relay::returnpath::report {

// `charset`: the name as a Content-Type or an encoded word gives it; empty: none was given. A label
// that says less than the octets do (none, "us-ascii", an unknown one) gives way to what they show:
// UTF-8 where they are UTF-8, ISO-2022 where its escapes are there, else windows-1252. A label is
// taken in its widest sense, as writers use it: "gb2312" for GB 18030, "iso-8859-1" for
// windows-1252, "shift_jis" for code page 932. At most four times as long as `octets`.
std::string to_utf8(std::string_view octets, std::string_view charset);

}  // namespace waybill::relay::returnpath::report

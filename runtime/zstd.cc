#include "runtime/zstd.h"

#include <zstd.h>

#include <memory>

#include "runtime/check.h"

namespace waybill::runtime {

std::string zstd(std::string_view octets) {
  const std::unique_ptr<ZSTD_CCtx, decltype(&ZSTD_freeCCtx)> context(ZSTD_createCCtx(),
                                                                     &ZSTD_freeCCtx);
  check(context != nullptr, "there is memory to pack with");
  (void)ZSTD_CCtx_setParameter(context.get(), ZSTD_c_checksumFlag, 1);
  std::string out(ZSTD_compressBound(octets.size()), '\0');
  const std::size_t size =
      ZSTD_compress2(context.get(), out.data(), out.size(), octets.data(), octets.size());
  check(ZSTD_isError(size) == 0, "what is packed fits its bound");
  out.resize(size);
  return out;
}

}  // namespace waybill::runtime

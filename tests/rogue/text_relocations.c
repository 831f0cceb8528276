/* Keeps an address among its code, so the loader would have to make code writable. The build links it with -z notext. */
#include "frame.inc"

__asm__(".text\n.balign 8\n.quad rogue_address_in_code\n");
__attribute__((used)) static const char rogue_marker __asm__("rogue_address_in_code") = 'r';
#include "frame_entry.inc"

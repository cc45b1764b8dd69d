#include "server/runtime/pause_program.hpp"

#include <elf.h>

#include <string_view>

namespace ecisbx::server::runtime {
namespace {

// write(1, here, 1), then for ever: pause (or ppoll with nothing to wait for).
#if defined(__x86_64__)
constexpr Elf64_Half machine = EM_X86_64;
constexpr std::string_view code(
    "\xb8\x01\x00\x00\x00"          // mov eax, 1 (write)
    "\xbf\x01\x00\x00\x00"          // mov edi, 1
    "\x48\x8d\x35\xef\xff\xff\xff"  // lea rsi, [rip - 17]
    "\xba\x01\x00\x00\x00"          // mov edx, 1
    "\x0f\x05"                      // syscall
    "\xb8\x22\x00\x00\x00"          // mov eax, 34 (pause)
    "\x0f\x05"                      // syscall
    "\xeb\xf7",                     // jmp to the mov before
    33);
#elif defined(__aarch64__)
constexpr Elf64_Half machine = EM_AARCH64;
constexpr std::string_view code(
    "\x08\x08\x80\xd2"   // mov x8, 64 (write)
    "\x20\x00\x80\xd2"   // mov x0, 1
    "\xc1\xff\xff\x10"   // adr x1, -8
    "\x22\x00\x80\xd2"   // mov x2, 1
    "\x01\x00\x00\xd4"   // svc 0
    "\x28\x09\x80\xd2"   // mov x8, 73 (ppoll)
    "\x00\x00\x80\xd2"   // mov x0, 0
    "\x01\x00\x80\xd2"   // mov x1, 0
    "\x02\x00\x80\xd2"   // mov x2, 0
    "\x03\x00\x80\xd2"   // mov x3, 0
    "\x04\x00\x80\xd2"   // mov x4, 0
    "\x01\x00\x00\xd4"   // svc 0
    "\xf9\xff\xff\x17",  // b to the mov of x8
    52);
#else
constexpr Elf64_Half machine = EM_NONE;
constexpr std::string_view code;
#endif

}  // namespace

std::string pause_program() {
    if (code.empty()) return {};
    constexpr Elf64_Addr base = 0x400000;
    Elf64_Ehdr file{};
    std::string_view ident(
        "\x7f"
        "ELF\x02\x01\x01",
        7);
    ident.copy(reinterpret_cast<char*>(file.e_ident), ident.size());
    file.e_type = ET_EXEC;
    file.e_machine = machine;
    file.e_version = EV_CURRENT;
    file.e_entry = base + sizeof(Elf64_Ehdr) + sizeof(Elf64_Phdr);
    file.e_phoff = sizeof(Elf64_Ehdr);
    file.e_ehsize = sizeof(Elf64_Ehdr);
    file.e_phentsize = sizeof(Elf64_Phdr);
    file.e_phnum = 1;
    Elf64_Phdr segment{};
    segment.p_type = PT_LOAD;
    segment.p_flags = PF_R | PF_X;
    segment.p_vaddr = segment.p_paddr = base;
    segment.p_filesz = segment.p_memsz = sizeof file + sizeof segment + code.size();
    segment.p_align = 0x10000;
    std::string bytes(reinterpret_cast<const char*>(&file), sizeof file);
    bytes.append(reinterpret_cast<const char*>(&segment), sizeof segment);
    return bytes.append(code);
}

}  // namespace ecisbx::server::runtime

// hello in Rust: a plugin with nothing but the standard library. It serves GET /api/v1/hello-rust.
//
//   rustc --edition 2021 --crate-type cdylib -C opt-level=2 -C panic=abort -C link-arg=-Wl,-z,now \
//         -C link-arg=-Wl,-z,noexecstack -o hello_rust.so hello.rs
//
// What a plugin in any language has to bring: the types of the contract it uses, laid out as C does (sdk/include/mortise); the note, by
// which the host knows it without running it; the one exported function. Panics must not leave a function the host calls, so they end
// the process: panic=abort.
//
// It keeps no state of its own: `self_` is the table of the host, and destroy has nothing to give back.

use std::ffi::{c_char, c_void};
use std::mem::size_of;
use std::ptr::{null, null_mut};

// mortise/abi.h

type Status = i32;
const OK: Status = 0;
const ABI_VERSION: u32 = 1;
/// MORTISE_TARGET: the oldest release whose hosts shall take it.
const TARGET: u32 = 10000;

#[repr(C)]
#[derive(Clone, Copy)]
pub struct Str {
    data: *const c_char,
    size: u64,
}

const EMPTY: Str = Str { data: null(), size: 0 };

const fn text(literal: &'static str) -> Str {
    Str { data: literal.as_ptr() as *const c_char, size: literal.len() as u64 }
}

/// Never looked into here.
#[repr(C)]
pub struct Opaque([u8; 0]);
type Error = Opaque;
type Request = Opaque;
type Declaration = Opaque;

// mortise/plugin.h

#[repr(C)]
pub struct Host {
    struct_size: u32,
    abi_version: u32,
    query: extern "C" fn(*const Host, Str, u32, *mut *const c_void, *mut Error) -> Status,
}

#[repr(C)]
pub struct Plugin {
    struct_size: u32,
    reserved: u32,
    self_: *mut c_void,
    configure: extern "C" fn(*mut c_void, u32, *mut Error) -> Status,
    declare: extern "C" fn(*mut c_void, *const DeclareTable, *mut Declaration, *mut Error) -> Status,
    prepare: extern "C" fn(*mut c_void, u32, *mut Error) -> Status,
    activate: extern "C" fn(*mut c_void),
    quiesce: extern "C" fn(*mut c_void, *mut Error) -> Status,
    resume: extern "C" fn(*mut c_void),
    stop: extern "C" fn(*mut c_void, u32, *mut Error) -> Status,
    destroy: extern "C" fn(*mut c_void),
}

// mortise/declare.h, as far as it is used; members behind these do not matter.

#[repr(C)]
pub struct Route {
    struct_size: u32,
    flags: u32,
    access: u32,
    role_count: u32,
    method: Str,
    pattern: Str,
    roles: *const Str,
    scopes: *const Str,
    scope_count: u32,
    deadline_ms: u32,
    body_size_max: u64,
    openapi: Str,
    handler: extern "C" fn(*mut c_void, *mut Request, *mut Error) -> Status,
    handler_context: *mut c_void,
}

const ROUTE_INLINE: u32 = 2;
const ACCESS_PUBLIC: u32 = 0;

#[repr(C)]
pub struct DeclareTable {
    struct_size: u32,
    reserved: u32,
    add_route: extern "C" fn(*mut Declaration, *const Route, *mut Error) -> Status,
}

// mortise/request.h

#[repr(C)]
struct Response {
    struct_size: u32,
    http_status: u32,
    flags: u32,
    header_count: u32,
    message: Str,
    data: Str,
    meta: Str,
    error_code: Str,
    errors: Str,
    headers: *const c_void,
    content_type: Str,
    body: Str,
}

#[repr(C)]
struct RequestTable {
    struct_size: u32,
    reserved: u32,
    respond: extern "C" fn(*mut Request, *const Response, *mut Error) -> Status,
}

// mortise/manifest.h

const JSON: &str = r#"{"name":"hello_rust","version":"1.0.0","description":"Says hello, from Rust",
"interfaces":["mortise.declare/1","mortise.request/1"],"grants":{"routes":["/api/v1/hello-rust"]}}"#;

#[repr(C)]
struct Interface {
    id: [u8; 44],
    table_size_min: u32,
}

#[repr(C)]
struct Note {
    owner_size: u32,
    descriptor_size: u32,
    note_type: u32,
    owner: [u8; 8],
    magic: u32,
    abi_version: u32,
    sdk_version: u32,
    flags: u32,
    interface_count: u32,
    json_size: u32,
    name: [u8; 32],
    version: [u8; 32],
    interfaces: [Interface; 2],
    json: [u8; JSON.len()],
}

/// Padded with zeros.
const fn padded<const SIZE: usize>(source: &str) -> [u8; SIZE] {
    let bytes = source.as_bytes();
    let mut result = [0; SIZE];
    let mut at = 0;
    while at < bytes.len() {
        result[at] = bytes[at];
        at += 1;
    }
    result
}

#[used]
#[link_section = ".note.mortise"]
static NOTE: Note = Note {
    owner_size: 8,
    // Everything behind the owner.
    descriptor_size: (6 * 4 + 32 + 32 + 2 * size_of::<Interface>() + JSON.len()) as u32,
    note_type: 1,
    owner: padded("Mortise"),
    magic: 0x5354524D,
    abi_version: ABI_VERSION,
    sdk_version: TARGET,
    flags: 0,
    interface_count: 2,
    json_size: JSON.len() as u32,
    name: padded("hello_rust"),
    version: padded("1.0.0"),
    interfaces: [
        Interface { id: padded("mortise.declare/1"), table_size_min: size_of::<DeclareTable>() as u32 },
        Interface { id: padded("mortise.request/1"), table_size_min: size_of::<RequestTable>() as u32 },
    ],
    json: padded(JSON),
};

/// Runs on an event loop: it does not wait for anything. Its context is the host's table of requests.
extern "C" fn serve_hello(context: *mut c_void, request: *mut Request, error: *mut Error) -> Status {
    let table = unsafe { &*(context as *const RequestTable) };
    let data = format!("{{\"greeting\":\"Hello from {}\"}}", "Rust");
    let response = Response {
        struct_size: size_of::<Response>() as u32,
        http_status: 200,
        flags: 0,
        header_count: 0,
        message: text("Hello"),
        data: Str { data: data.as_ptr() as *const c_char, size: data.len() as u64 },
        meta: EMPTY,
        error_code: EMPTY,
        errors: EMPTY,
        headers: null(),
        content_type: EMPTY,
        body: EMPTY,
    };
    (table.respond)(request, &response, error)
}

extern "C" fn declare(self_: *mut c_void, table: *const DeclareTable, to: *mut Declaration, error: *mut Error) -> Status {
    let route = Route {
        struct_size: size_of::<Route>() as u32,
        flags: ROUTE_INLINE,
        access: ACCESS_PUBLIC,
        role_count: 0,
        method: text("GET"),
        pattern: text("/api/v1/hello-rust"),
        roles: null(),
        scopes: null(),
        scope_count: 0,
        deadline_ms: 0,
        body_size_max: 0,
        openapi: text(r#"{"summary":"Say hello from Rust","responses":{"200":{"description":"Hello"}}}"#),
        handler: serve_hello,
        handler_context: self_,
    };
    unsafe { ((*table).add_route)(to, &route, error) }
}

// Steps of the life cycle in which this plugin has nothing to do.
extern "C" fn configure(_: *mut c_void, _: u32, _: *mut Error) -> Status {
    OK
}
extern "C" fn prepare_or_stop(_: *mut c_void, _: u32, _: *mut Error) -> Status {
    OK
}
extern "C" fn quiesce(_: *mut c_void, _: *mut Error) -> Status {
    OK
}
extern "C" fn nothing(_: *mut c_void) {}

#[no_mangle]
pub extern "C" fn mortise_plugin_open_v1(host: *const Host, out: *mut Plugin, error: *mut Error) -> Status {
    let mut table: *const c_void = null_mut();
    let (host, out) = unsafe { (&*host, &mut *out) };
    let size = size_of::<RequestTable>() as u32;
    let status = (host.query)(host, text("mortise.request/1"), size, &mut table, error);
    if status != OK {
        return status;
    }
    // The table lives until destroy() returned, so it serves as the plugin's own state.
    out.self_ = table as *mut c_void;
    out.configure = configure;
    out.declare = declare;
    out.prepare = prepare_or_stop;
    out.activate = nothing;
    out.quiesce = quiesce;
    out.resume = nothing;
    out.stop = prepare_or_stop;
    out.destroy = nothing;
    OK
}

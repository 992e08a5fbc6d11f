;; A contract that passes on what it is sent: 32 bytes of a contract's account, then the message for it. It hands the
;; answer back as it is, and reverts if that contract did.
(module
  (import "seal0" "seal_input" (func $input (param i32 i32)))
  (import "seal1" "seal_call" (func $call (param i32 i32 i64 i32 i32 i32 i32 i32) (result i32)))
  (import "seal0" "seal_return" (func $return (param i32 i32 i32)))
  (import "env" "memory" (memory 1 1))
  (func (export "deploy"))
  (func (export "call") (local $refused i32)
    ;; Room for the input at 64, and for the answer at 20,000. No money goes along: 16 zero bytes at 16.
    (i32.store (i32.const 0) (i32.const 16384))
    (i32.store (i32.const 4) (i32.const 16384))
    (call $input (i32.const 64) (i32.const 0))
    (local.set $refused
      (call $call (i32.const 0) (i32.const 64) (i64.const 0) (i32.const 16)
        (i32.const 96) (i32.sub (i32.load (i32.const 0)) (i32.const 32))
        (i32.const 20000) (i32.const 4)))
    (call $return
      (i32.ne (local.get $refused) (i32.const 0)) (i32.const 20000) (i32.load (i32.const 4)))))

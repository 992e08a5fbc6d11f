;; A contract without ink!, for what a chain does whatever the contract. The first byte of the input says what:
;;   1 key value…  store        2 key  clear         3 key value…  store, emit, revert with the value
;;   4 key value…  store, trap  5 data…  emit        6 depth  call itself that often
;;   7  run for ever            8 key  load          9  time and block number
;;  10 account amount  pay
(module
  (import "seal0" "seal_input" (func $input (param i32 i32)))
  (import "seal0" "seal_return" (func $return (param i32 i32 i32)))
  (import "seal2" "set_storage" (func $set (param i32 i32 i32 i32) (result i32)))
  (import "seal1" "get_storage" (func $get (param i32 i32 i32 i32) (result i32)))
  (import "seal1" "clear_storage" (func $clear (param i32 i32) (result i32)))
  (import "seal0" "seal_deposit_event" (func $emit (param i32 i32 i32 i32)))
  (import "seal0" "seal_now" (func $now (param i32 i32)))
  (import "seal0" "seal_block_number" (func $block (param i32 i32)))
  (import "seal0" "seal_address" (func $address (param i32 i32)))
  (import "seal0" "seal_transfer" (func $transfer (param i32 i32 i32 i32) (result i32)))
  (import "seal2" "call"
    (func $call (param i32 i32 i64 i64 i32 i32 i32 i32 i32 i32) (result i32)))
  (import "env" "memory" (memory 2 2))

  (data (i32.const 512) "\04\07\07\07\07\07\07\07\07\07\07\07\07\07\07\07\07\07\07\07\07\07\07\07\07\07\07\07\07\07\07\07\07")

  (func (export "deploy"))

  (func $length (result i32) (i32.load (i32.const 1020)))
  (func $argument (result i32) (i32.load8_u (i32.const 1025)))

  (func $store
    (drop (call $set (i32.const 256) (i32.const 32) (i32.const 1026)
      (i32.sub (call $length) (i32.const 2)))))

  (func $say (param $from i32)
    (call $emit (i32.const 512) (i32.const 33) (local.get $from)
      (i32.sub (i32.add (i32.const 1024) (call $length)) (local.get $from))))

  (func $descend
    (if (i32.eqz (call $argument)) (then (return)))
    (i32.store8 (i32.const 1025) (i32.sub (call $argument) (i32.const 1)))
    (i32.store (i32.const 1016) (i32.const 32))
    (call $address (i32.const 704) (i32.const 1016))
    (if (call $call (i32.const 8) (i32.const 704) (i64.const 0) (i64.const 0) (i32.const -1)
          (i32.const 768) (i32.const 1024) (i32.const 2) (i32.const -1) (i32.const 0))
      (then (call $return (i32.const 1) (i32.const 0) (i32.const 0)))))

  (func (export "call")
    (local $what i32)
    (i32.store (i32.const 1020) (i32.const 32768))
    (call $input (i32.const 1024) (i32.const 1020))
    (local.set $what (i32.load8_u (i32.const 1024)))
    (i32.store8 (i32.const 256) (call $argument))
    (if (i32.eq (local.get $what) (i32.const 1)) (then (call $store)))
    (if (i32.eq (local.get $what) (i32.const 2))
      (then (drop (call $clear (i32.const 256) (i32.const 32)))))
    (if (i32.eq (local.get $what) (i32.const 3))
      (then
        (call $store)
        (call $say (i32.const 1026))
        (call $return (i32.const 1) (i32.const 1026) (i32.sub (call $length) (i32.const 2)))))
    (if (i32.eq (local.get $what) (i32.const 4)) (then (call $store) (unreachable)))
    (if (i32.eq (local.get $what) (i32.const 5)) (then (call $say (i32.const 1025))))
    (if (i32.eq (local.get $what) (i32.const 6)) (then (call $descend)))
    (if (i32.eq (local.get $what) (i32.const 7)) (then (loop $again (br $again))))
    (if (i32.eq (local.get $what) (i32.const 8))
      (then
        (i32.store (i32.const 1016) (i32.const 32768))
        (if (call $get (i32.const 256) (i32.const 32) (i32.const 65536) (i32.const 1016))
          (then (i32.store (i32.const 1016) (i32.const 0))))
        (call $return (i32.const 0) (i32.const 65536) (i32.load (i32.const 1016)))))
    (if (i32.eq (local.get $what) (i32.const 9))
      (then
        (i32.store (i32.const 1016) (i32.const 8))
        (call $now (i32.const 65536) (i32.const 1016))
        (i32.store (i32.const 1016) (i32.const 4))
        (call $block (i32.const 65544) (i32.const 1016))
        (call $return (i32.const 0) (i32.const 65536) (i32.const 12))))
    (if (i32.eq (local.get $what) (i32.const 10))
      (then
        (i32.store (i32.const 65536)
          (call $transfer (i32.const 1025) (i32.const 32) (i32.const 1057) (i32.const 16)))
        (call $return (i32.const 0) (i32.const 65536) (i32.const 4))))))

;; What the contract of the typed tests does, written by hand; the selectors are filled in by the test.
(module
  (import "seal0" "seal_input" (func $input (param i32 i32)))
  (import "seal0" "seal_return" (func $return (param i32 i32 i32)))
  (import "seal2" "set_storage" (func $set (param i32 i32 i32 i32) (result i32)))
  (import "seal1" "get_storage" (func $get (param i32 i32 i32 i32) (result i32)))
  (import "env" "memory" (memory 1 1))

  (func $read
    (i32.store (i32.const 1020) (i32.const 16384))
    (call $input (i32.const 1024) (i32.const 1020)))
  (func $selector (result i32) (i32.load (i32.const 1024)))
  (func $argument (result i32) (i32.load (i32.const 1028)))

  (func $count (result i32)
    (i32.store (i32.const 1016) (i32.const 4))
    (drop (call $get (i32.const 256) (i32.const 32) (i32.const 512) (i32.const 1016)))
    (i32.load (i32.const 512)))
  (func $store (param $count i32)
    (i32.store (i32.const 512) (local.get $count))
    (drop (call $set (i32.const 256) (i32.const 32) (i32.const 512) (i32.const 4))))

  ;; Output is built at 768: the bytes of $head, then $count.
  (func $answer (param $flags i32) (param $head i32) (param $bytes i32) (param $count i32) (param $length i32)
    (i32.store (i32.const 768) (local.get $head))
    (i32.store (i32.add (i32.const 768) (local.get $bytes)) (local.get $count))
    (call $return (local.get $flags) (i32.const 768) (local.get $length)))

  (func (export "deploy")
    (call $read)
    (if (i32.and (i32.eq (call $selector) (i32.const {bounded})) (i32.gt_u (call $argument) (i32.const 100)))
      (then (call $answer (i32.const 1) (i32.const 0x010100) (i32.const 3) (call $argument) (i32.const 7))))
    (call $store (call $argument)))

  (func (export "call")
    (call $read)
    (if (i32.eq (call $selector) (i32.const {count}))
      (then (call $answer (i32.const 0) (i32.const 0) (i32.const 1) (call $count) (i32.const 5))))
    (if (i32.eq (call $selector) (i32.const {misread}))
      (then (call $answer (i32.const 0) (i32.const 0) (i32.const 1) (call $count) (i32.const 5))))
    (if (i32.eq (call $selector) (i32.const {add}))
      (then
        (if (i32.gt_u (call $argument) (i32.const 100))
          (then (call $answer (i32.const 1) (i32.const 0x000100) (i32.const 3) (i32.const 0) (i32.const 3))))
        (call $store (i32.add (call $count) (call $argument)))
        (call $answer (i32.const 0) (i32.const 0) (i32.const 2) (call $count) (i32.const 6))))
    (if (i32.eq (call $selector) (i32.const {restart}))
      (then
        (call $store (i32.const 0))
        (call $answer (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 0) (i32.const 1))))
    (call $answer (i32.const 1) (i32.const 0x0101) (i32.const 2) (i32.const 0) (i32.const 2))))

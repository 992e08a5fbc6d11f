;; The least that any contract must do for a proof: read it, hash the chunk, hash the path. Input: 1,024 bytes of chunk
;; and 32 bytes a level; every sibling stands on the right.
(module
  (import "seal0" "seal_input" (func $input (param i32 i32)))
  (import "seal0" "seal_hash_sha2_256" (func $sha256 (param i32 i32 i32)))
  (import "seal0" "seal_return" (func $return (param i32 i32 i32)))
  (import "env" "memory" (memory 1 1))
  (func (export "deploy"))
  (func (export "call") (local $sibling i32) (local $end i32)
    ;; The byte before the chunk stays zero: it marks a leaf.
    (i32.store (i32.const 0) (i32.const 16384))
    (call $input (i32.const 17) (i32.const 0))
    (local.set $end (i32.add (i32.const 17) (i32.load (i32.const 0))))
    ;; 20,000: one byte that marks a pair, then the left and the right hash.
    (i32.store8 (i32.const 20000) (i32.const 1))
    (call $sha256 (i32.const 16) (i32.const 1025) (i32.const 20001))
    (local.set $sibling (i32.const 1041))
    (block $done
      (loop $level
        (br_if $done (i32.ge_u (local.get $sibling) (local.get $end)))
        (i64.store (i32.const 20033) (i64.load (local.get $sibling)))
        (i64.store (i32.const 20041) (i64.load offset=8 (local.get $sibling)))
        (i64.store (i32.const 20049) (i64.load offset=16 (local.get $sibling)))
        (i64.store (i32.const 20057) (i64.load offset=24 (local.get $sibling)))
        (call $sha256 (i32.const 20000) (i32.const 65) (i32.const 20001))
        (local.set $sibling (i32.add (local.get $sibling) (i32.const 32)))
        (br $level)))
    (call $return (i32.const 0) (i32.const 20001) (i32.const 32))))

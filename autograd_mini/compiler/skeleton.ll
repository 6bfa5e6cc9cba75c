; What every module has around its chunks: three parts, the loop over the samples, all in one call.

define void @before(ptr %f, ptr %s, i64 %count) {
  $before
  ret void
}

define void @each(ptr %f, ptr %s, i64 %start, i64 %stop, i64 %stride) {
entry:
  call void @llvm.memset.p0.i64(ptr %s, i8 0, i64 $bytes, i1 false)
  %first = getelementptr double, ptr %s, i64 $sums
  %all = getelementptr double, ptr %f, i64 $rows
  br label %test
test:
  %i = phi i64 [%start, %entry], [%next, %add]
  %rows = getelementptr double, ptr %all, i64 %i
  %remain = sub i64 %stop, %i
  %more = icmp sgt i64 %remain, 0
  br i1 %more, label %vector, label %end
vector:
  %k = phi i64 [0, %test], [%k1, %vector]
  %own = mul i64 %k, $block
  %v = getelementptr double, ptr %first, i64 %own
  %shift = mul i64 %k, $width
  %r = getelementptr double, ptr %rows, i64 %shift
  %left = sub i64 %remain, %shift
  $each
  %k1 = add i64 %k, 1
  %within = icmp slt i64 %k1, $blocks
  %unseen = icmp sgt i64 %left, $width
  %again = and i1 %within, %unseen
  br i1 %again, label %vector, label %add
add:
  $products
  %next = add i64 %i, $step
  br label %test
end:
  ret void
}

define void @after(ptr %f, ptr %s, i64 %count) {
  $after
  ret void
}

define void @whole(ptr %f, i64 %count, i64 %stride) {
  %s = getelementptr double, ptr %f, i64 $numbers
  call void @before(ptr %f, ptr %s, i64 %count)
  call void @each(ptr %f, ptr %s, i64 0, i64 %count, i64 %stride)
  call void @after(ptr %f, ptr %s, i64 %count)
  ret void
}

declare void @llvm.memset.p0.i64(ptr, i8, i64, i1)

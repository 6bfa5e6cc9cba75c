; What every module has around its chunks: the three parts, the loop over the samples, all in one call.

define void @before(ptr %f, ptr %s, i64 %count) {
  %r = getelementptr double, ptr %f, i64 $rows
  $before
  ret void
}

define void @each(ptr %f, ptr %s, i64 %start, i64 %stop, i64 %stride) {
  call void @llvm.memset.p0.i64(ptr %s, i8 0, i64 $sums, i1 false)
  %rows = getelementptr double, ptr %f, i64 $rows
  br label %test
test:
  %i = phi i64 [%start, %0], [%next, %loop]
  %more = icmp slt i64 %i, %stop
  br i1 %more, label %loop, label %end
loop:
  %r = getelementptr double, ptr %rows, i64 %i
  %count = sub i64 %stop, %i
  $each
  %next = add i64 %i, $width
  br label %test
end:
  ret void
}

define void @after(ptr %f, ptr %s, i64 %count) {
  %r = getelementptr double, ptr %f, i64 $rows
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

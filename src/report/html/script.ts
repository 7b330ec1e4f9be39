/** The only script: filters the table of metrics. Without it the table is simply whole. */
export const SCRIPT = `
const box=document.getElementById("search");
if(box){
  const rows=[...document.querySelectorAll("#metrics tbody tr")],count=document.getElementById("search-count");
  box.closest("[hidden]").hidden=false;
  box.addEventListener("input",()=>{
    const words=box.value.toLowerCase().split(/\\s+/).filter(Boolean);
    let shown=0;
    for(const row of rows){
      const text=row.textContent.toLowerCase();
      row.hidden=!words.every(word=>text.includes(word));
      if(!row.hidden)shown++;
    }
    count.textContent=shown+" of "+rows.length+" metrics";
  });
}
`;
